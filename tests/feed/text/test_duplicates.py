import string
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.text import duplicates
from kring.feed.text.duplicates import band_keys, first_said, signature, similarity

STORY = (
    "Vandaag leerde ik van een klant dat een goed gesprek meer oplevert dan tien mails achter "
    "elkaar. Wij zaten een uur aan tafel, zonder scherm, en daarna was alles opgelost."
)
STORY_BEGINS = [265122368, 73906530, 33676788]
said = st.lists(st.text(string.ascii_lowercase, min_size=2, max_size=7), min_size=12, max_size=40)


def sign(text, min_words=12):
    return signature(text, min_words=min_words)


@given(said, st.sampled_from([" ", "\n\n", ", ", " — ", "!  "]))
def test_case_space_and_punctuation_change_nothing(words, between):
    plain = sign(" ".join(words))
    assert (plain == sign(between.join(word.upper() for word in words))).all()
    assert (plain == sign("  ".join(words) + " https://kring.example/x")).all()


def test_a_copy_with_a_line_added_is_alike_and_another_story_is_not():
    copy = sign(STORY + " Mooi toch?")
    other = sign(STORY[::-1])
    assert similarity(sign(STORY), copy) > 0.8
    assert set(band_keys(sign(STORY))) & set(band_keys(copy))
    assert similarity(sign(STORY), other) < 0.1


def test_the_estimate_is_near_the_true_share():
    common = [f"a{n}" for n in range(60)]
    one = common + [f"b{n}" for n in range(20)]
    other = common + [f"c{n}" for n in range(20)]
    true = 58 / (78 + 78 - 58)
    assert similarity(sign(" ".join(one)), sign(" ".join(other))) == pytest.approx(true, abs=0.19)


def test_a_short_text_is_never_a_near_duplicate():
    assert sign("Gefeliciteerd, van harte en nog vele jaren!") is None
    assert sign("one two", min_words=1) is None


def test_signatures_are_stored_and_stay_what_they_are():
    of = sign(STORY)
    assert (duplicates.from_bytes(duplicates.to_bytes(of)) == of).all()
    assert of[:3].tolist() == STORY_BEGINS
    assert all(-(1 << 63) <= key < 1 << 63 for key in band_keys(of))
    with pytest.raises(ValueError, match="256 bytes, not 1"):
        duplicates.from_bytes(b"x")


def test_what_was_turned_into_anothers_words_step_by_step_is_as_new_as_its_last_step():
    mine = [f"w{n}" for n in range(40)]
    steps = [" ".join([f"s{n}" for n in range(done)] + mine[done:]) for done in (0, 10, 20, 30, 40)]
    versions = [sign(step) for step in steps]
    for before, after in pairwise(versions):
        assert similarity(before, after) > 0.25
    assert first_said(versions[-1], versions[:-1], threshold=0.6) == 4
    typo = sign(steps[0] + " indeed")
    assert first_said(typo, [versions[0]], threshold=0.6) == 0
    assert first_said(versions[0], [None], threshold=0.6) == 1


def test_a_long_text_is_bounded():
    assert np.array_equal(sign("a b c d e " * 100_000), sign("a b c d e " * 700))
