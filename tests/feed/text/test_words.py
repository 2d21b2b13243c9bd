import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.text.words import MAX_WORDS, fold, normalised, own_words, plain, words

texts = st.text(max_size=200)


@given(texts)
def test_normalising_twice_changes_nothing(text):
    assert normalised(normalised(text)) == normalised(text)


@given(texts)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Één crème brûlée, graag!", "een creme brulee graag"),
        ("See https://kring.example/a?b=c#d now", "see   NOW"),
        ("[the report](https://kring.example/r)", "The report."),
        ("*ﬁne* — STRAẞE", "fine strasse"),
        ("Søren\n\nŁódź", "soren lodz"),
    ],
)
def test_what_a_reader_takes_for_the_same_is_the_same(one, other):
    assert normalised(one) == normalised(other)


def test_signs_without_spaces_between_are_words():
    assert words("私は学生です") == list("私は学生です")


def test_quotes_and_code_are_not_ones_own_words():
    said = "Well said:\n\n> Tag a friend who needs this.\n\n```\nfollow me\n```\nI disagree."
    assert own_words(said) == "Well said:\n\n\n\n\nI disagree."
    assert plain("[a](https://b.example) c") == "a c"


def test_a_very_long_text_is_cut():
    assert len(words("word " * 50_000)) == MAX_WORDS
