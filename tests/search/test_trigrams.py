"""Words that are nearly the same: on each database exactly those within reach."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from kring.search.models import Kind, Term
from kring.search.trigrams import pieces, similar_words, slips_allowed

pytestmark = pytest.mark.django_db
SYLLABLES = ("jan", "sen", "ber", "gen", "man", "hof", "stra", "huis", "veld", "ing", "a", "e")
WORD = st.text("abcdefgh", min_size=4, max_size=14)


def vocabulary(size: int = 1_500) -> list[str]:
    chance = random.Random(7)
    return sorted(
        {"".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(size)}
        | {"banana", "bananas", "ananas", "jansen", "janssen"}
    )


def slipped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + "x" + word[at:],
            word[:at] + "q" + word[at + 1 :],
        ]
    )


def test_every_word_within_reach_is_found_and_no_other():
    known, chance = vocabulary(), random.Random(3)
    Term.objects.bulk_create([Term(kind=Kind.WORD, key=word) for word in known])
    for word in chance.sample(known, 60):
        asked = slipped(word, chance)
        within = slips_allowed(asked)
        near = {other for other in known if within and OSA.distance(asked, other) <= within}
        found = similar_words(asked)
        assert {key for _term, key, _slips in found} == near
        assert [(slips, key) for _, key, slips in found] == sorted(
            (OSA.distance(asked, key), key) for key in near
        )


@given(WORD, st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_slips_leave_a_piece_as_it_was(word, seed, slips):
    asked, chance = word, random.Random(seed)
    if len(word) < 8:
        slips = 1
    for _ in range(slips):
        asked = slipped(asked, chance)
    within = OSA.distance(word, asked) <= slips
    assert not within or any(piece in f"  {asked} " for piece in pieces(word, slips))


def test_pieces_lie_so_far_apart_that_a_slip_touches_one():
    assert pieces("jnas", 1) == ["  j", "as "]
    assert pieces("jansen", 1) == ["  ja", "sen "]
    assert pieces("hoekstra", 2) == ["  h", "eks", "ra "]
    assert pieces("pensioenadviseur", 2) == ["  pens", "oenadv", "seur "]


def test_a_word_with_a_line_in_it_is_compared_letter_by_letter():
    Term.objects.bulk_create([Term(kind=Kind.WORD, key=key) for key in ("jan_smit", "janasmit")])
    assert [key for _term, key, _slips in similar_words("jan_smti")] == ["jan_smit", "janasmit"]


def test_short_words_and_numbers_hold_no_slips():
    assert [slips_allowed(word) for word in ("jan", "12345678", "smit", "hoekstra", "åsa")] == [
        0, 0, 1, 2, 0,
    ]  # fmt: skip


def test_a_word_that_goes_is_not_found_again():
    term = Term.objects.create(kind=Kind.WORD, key="longevity")
    Term.objects.create(kind=Kind.SKILL, key="longevity")
    assert similar_words("longevty") == [(term.pk, "longevity", 1)]
    term.delete()
    assert similar_words("longevty") == []
