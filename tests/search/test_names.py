"""Words and names as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.search.folding import fold, spans, whole, words
from kring.search.names import joint_words, name_words, sort_name, whole_name, without_particles


def test_case_accents_and_letters_that_look_alike_are_folded():
    assert words("Aylin Şahin, Søren-Løkken & Groß") == [
        "aylin",
        "sahin",
        "soren",
        "lokken",
        "gross",
    ]
    assert whole("  Den   HAAG ") == "den haag"


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once_and_every_word_stands_in_its_span(text):
    assert fold(fold(text)) == fold(text)
    for start, end, folded in spans(text):
        assert "".join(words(text[start:end])) == folded


@pytest.mark.parametrize(
    ("name", "ordered"),
    [
        ("Jan van der Berg", "berg jan van der"),
        ("Berg, Jan van der", "berg jan van der"),
        ("Zoë van 't Hof", "hof zoe van t"),
        ("Marieke ter Haar", "haar marieke ter"),
        ("Jan Pieter Jansen", "jansen jan pieter"),
        ("Van Dijk", "dijk van"),
        ("Cher", "cher"),
        ("", ""),
    ],
)
def test_names_are_ordered_by_surname_without_particles(name, ordered):
    assert sort_name(name) == ordered


def test_a_name_has_its_particles_in_one_word_too():
    assert {"jan", "berg", "vanderberg", "vdberg"} <= name_words("Jan van der Berg")
    for written in ("vd Berg", "v.d. Berg", "v/d Berg", "van der Berg", "van den Berg"):
        assert joint_words(words(written))["berg"][1] == "vdberg"
    assert "obrien" in name_words("Sean O'Brien")


def test_particles_count_only_when_there_is_nothing_else():
    assert without_particles(["van", "der", "berg"]) == ["berg"]
    assert without_particles(["van"]) == ["van"]
    assert whole_name("Berg, Jan van der") == whole_name("Jan van der Berg") == "berg jan"
