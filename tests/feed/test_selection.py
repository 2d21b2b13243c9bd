"""Re-ranking, against the same rules written down naively."""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.feed.world import AuthorKind
from tests.feed.lineups import INSIDE, ROWS, RULES, Naive, Row, contest

SHARES = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 1.0])


@st.composite
def rules(draw):
    return replace(
        RULES,
        window=draw(st.integers(2, 6)),
        per_window=draw(st.integers(1, 3)),
        variety=draw(st.sampled_from([0.0, 0.2, 0.7])),
        variety_places=draw(st.sampled_from([0, 3, 20])),
        company_share=draw(SHARES),
        look_ahead=draw(st.integers(1, 30)),
    )


@given(ROWS, rules(), SHARES, st.integers(0, 30))
@settings(max_examples=200)
def test_the_order_is_the_greedy_one(rows, rules, share, limit):
    assert contest(rows, rules, share).order(limit) == Naive(rows, rules, share).order(limit)


@given(ROWS.filter(bool), rules(), SHARES, st.data())
@settings(max_examples=300)
def test_the_place_with_another_score_is_where_it_would_have_stood(rows, rules, share, data):
    found = contest(rows, rules, share)
    served = found.order(data.draw(st.integers(0, len(rows))))
    at = data.draw(st.sampled_from(served) if served else st.integers(0, len(rows) - 1))
    factor = data.draw(st.sampled_from([0.0, 0.5, 0.9, 1.0, 3.0]))
    plus = rows[at].plus * factor
    minus = min(rows[at].minus + data.draw(st.floats(-1, 1)), 0.0)
    altered = [*rows[:at], replace(rows[at], plus=plus, minus=minus), *rows[at + 1 :]]
    order = Naive(altered, rules, share).order(rules.look_ahead)
    expected = order.index(at) + 1 if at in order else None
    assert found.place_of(at, plus, minus) == expected


@given(ROWS, SHARES)
def test_everyone_gets_one_place_and_the_same_place_again(rows, share):
    order = contest(rows, outside_share=share).order(99)
    assert sorted(order) == list(range(len(rows)))
    assert contest(rows, outside_share=share).order(99) == order


@given(ROWS)
def test_a_longer_page_begins_like_a_shorter_one(rows):
    found = contest(rows)
    assert found.order(5) == found.order(12)[:5] == contest(rows).order(5)


FREE = replace(
    RULES, second_post=1, window=2, per_window=20, variety=0, company_share=1, look_ahead=40
)


@given(ROWS)
def test_without_rules_the_score_alone_decides(rows):
    rows = [replace(row, kind=AuthorKind.SOURCE) for row in rows]
    found = contest(rows, FREE, 1.0)
    scores = [rows[at].score for at in found.order(99)]
    assert scores == sorted(scores, reverse=True)
    assert all(move.rule is None for move in found.moves(99))


# Small towns whose right answer is known.


def people(count, *, best=3.0, first=10, company=0):
    """As many strangers to each other, worth ever less."""
    return [Row(first + n, best - n / 100, company=company) for n in range(count)]


def served(rows, limit=20, **given):
    return [rows[at] for at in contest(rows, **given).order(limit)]


def test_nobody_stands_next_to_themselves_or_three_times_on_a_page():
    rows = [Row(1, 9.0)] * 6 + [Row(2, 9.0)] * 6 + people(24)
    authors = [row.author for row in served(rows)]
    assert all(a != b for a, b in itertools.pairwise(authors))
    assert max(authors.count(author) for author in authors) <= 2


def test_a_second_post_must_be_twice_as_good():
    rows = [Row(1, 3.0), Row(1, 2.0), Row(2, 1.1), Row(3, 1.05), Row(4, 0.9)]
    assert [row.author for row in served(rows)] == [1, 2, 3, 1, 4]


def test_halving_never_softens_what_speaks_against_a_post():
    rows = [Row(1, 3.0), Row(1, 3.0, -1.5), Row(2, 0.5), Row(3, 0.1)]
    order = served(rows)
    assert [row.author for row in order] == [1, 2, 3, 1]


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_a_company_keeps_to_its_share_wherever_a_reader_stops(share):
    rows = people(30, best=9.0, company=7) + people(40, first=50)
    order = served(rows, 30, rules=replace(RULES, company_share=share))
    for places in range(1, 31):
        of_company = sum(row.company == 7 for row in order[:places])
        assert of_company <= ceil(share * places)
    assert sum(row.company == 7 for row in order[:20]) == 20 * share


@pytest.mark.parametrize("share", [0.0, 0.25, 0.6])
def test_strangers_keep_to_the_share_that_the_viewer_chose(share):
    rows = people(30, best=9.0, first=INSIDE) + people(40)
    order = served(rows, 30, outside_share=share)
    for places in range(1, 31):
        outside = sum(row.author >= INSIDE for row in order[:places])
        assert outside <= ceil(share * places)
    assert sum(row.author >= INSIDE for row in order[:20]) == 20 * share


def test_what_nobody_chose_is_as_the_policy_has_it():
    rows = people(30, best=9.0, first=INSIDE) + people(40)
    assert sum(row.author >= INSIDE for row in served(rows)) == 5


def test_caps_give_way_from_the_last_to_the_first_rather_than_leave_a_page_short():
    outsiders = [Row(INSIDE + n, 1.0, company=n % 2 + 1) for n in range(8)]
    assert len(served(outsiders, outside_share=0.0)) == 8
    # One of another company than the first is taken, though it is a stranger's and worth less.
    rows = [Row(1, 3.0, company=7), Row(2, 2.9, company=7), Row(INSIDE, 0.1, company=8)]
    order = served(rows, outside_share=0.0)
    assert [row.author for row in order] == [1, INSIDE, 2]
    # Another of the same company rather than the same author thrice on a page.
    rows = [Row(1, 9.0)] * 3 + [Row(2, 2.0, company=7), Row(3, 1.0, company=7)]
    assert [row.author for row in served(rows)] == [1, 2, 1, 3, 1]
    # The same author thrice rather than twice in a row.
    rows = [Row(1, 9.0)] * 4 + [Row(2, 0.1)] * 4
    assert [row.author for row in served(rows)] == [1, 2] * 4
    assert len(served([Row(1, 1.0)] * 10)) == 10


def test_sources_publish_as_they_please():
    rows = [Row(1, 3.0, kind=AuthorKind.SOURCE, company=7)] * 4 + [Row(2, 1.0)]
    assert [row.author for row in served(rows)] == [1, 1, 1, 1, 2]


def test_among_equals_the_newer_comes_first():
    rows = [Row(author, 1.0) for author in range(6)]
    ids = [author * 7 % 211 + 100 for author in range(1, 7)]
    assert [ids[at] for at in contest(rows).order(6)] == sorted(ids, reverse=True)


def test_the_same_subject_twice_makes_room_for_another():
    alike = [Row(1, 1.0, vector=(9, 1)), Row(2, 0.95, vector=(9, 2)), Row(3, 0.8, vector=(0, 5))]
    assert [row.author for row in served(alike)] == [1, 3, 2]
    worse = [*alike[:2], replace(alike[2], plus=0.7)]
    assert [row.author for row in served(worse)] == [1, 2, 3]


def test_topics_tell_where_vectors_do_not():
    rows = [Row(1, 1.0, topics=(3,)), Row(2, 0.95, topics=(3,)), Row(3, 0.8, vector=(0, 5))]
    assert [row.author for row in served(rows)] == [1, 3, 2]


def test_variety_is_for_the_first_places_alone():
    rows = [Row(n, 1 - n / 100, vector=(1,)) for n in range(1, 5)] + [Row(9, 0.85, vector=(0, 1))]
    two = replace(RULES, variety_places=2)
    assert [row.author for row in served(rows, rules=two)] == [1, 9, 2, 3, 4]
    none = replace(RULES, variety_places=0)
    assert [row.author for row in served(rows, rules=none)] == [1, 2, 3, 4, 9]


# What moved an item.


def moves(rows, **given):
    found = contest(rows, **given)
    order = found.order(20)
    return dict(zip([at + 1 for at in order], found.moves(20), strict=True))


def test_what_was_moved_names_the_rule_that_held_it():
    author = moves([Row(1, 3.0), Row(1, 2.9), Row(2, 2.5), Row(3, 2.0), Row(4, 1.6)])
    assert author[2] == (2, "author", 2 + 1)
    assert author[3] == (3, None, 0)
    company = moves([Row(n, 3 - n / 10, company=7) for n in (1, 2)] + [Row(3, 2), Row(4, 2)])
    assert company[2] == (2, "company", 2)
    outside = moves([Row(INSIDE + n, 3 - n / 10) for n in (0, 1)] + [Row(3, 2), Row(4, 2)])
    assert outside[2] == (2, "outside", 2)
    alike = [Row(1, 1.0, vector=(9, 1)), Row(2, 0.95, vector=(9, 2)), Row(3, 0.8, vector=(0, 5))]
    assert moves(alike)[2] == (2, "variety", 1)


@given(ROWS, rules(), SHARES)
def test_moves_add_up_to_the_order(rows, rules, share):
    found = contest(rows, rules, share)
    order = found.order(20)
    by_score = sorted(range(len(rows)), key=lambda at: (-rows[at].score, -((at + 1) * 7 % 211)))
    for place, (at, move) in enumerate(zip(order, found.moves(20), strict=True), 1):
        assert move.places == max(place - move.rank, 0)
        assert (move.rule is None) == (move.places == 0)
        if rules.variety == 0:
            assert by_score[move.rank - 1] == at
