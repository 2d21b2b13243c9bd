"""Spacing of authors, against the same rule written down naively."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.feed.batch import Batch
from kring.feed.policy import default_policy
from kring.feed.selection import Contest
from kring.feed.world import AuthorKind

RULES = default_policy().selection
ROWS = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.floats(0, 4) | st.sampled_from([1.0, 2.0]),
        st.floats(-1, 0),
        st.sampled_from([AuthorKind.PERSON] * 4 + [AuthorKind.SOURCE]),
    ),
    max_size=30,
)


def batch_of(rows):
    author = np.array([row[0] for row in rows], dtype=np.int32)
    plus = np.array([row[1] for row in rows], dtype=np.float64)
    minus = np.array([row[2] for row in rows], dtype=np.float64)
    n = len(rows)
    return Batch(
        post_id=np.arange(1, n + 1) * 7 % 31 + 100,
        row=np.arange(n, dtype=np.int32),
        author_id=author.astype(np.int64),
        author=author,
        source=np.zeros(n, dtype=np.uint8),
        sources=np.ones(n, dtype=np.uint32),
        columns={"author_kind": np.array([row[3] for row in rows], dtype=np.uint8)},
        v_plus=plus,
        v_minus=minus,
        multiplier=np.ones(n),
        score=plus + minus,
    )


def naive(batch, rules, limit):
    """At each place look at everyone left."""
    placed: list[int] = []
    exempt = batch["author_kind"] == AuthorKind.SOURCE
    left = set(range(len(batch)))

    def places_of(at):
        if exempt[at]:
            return []
        return [
            n
            for n, other in enumerate(placed)
            if not exempt[other] and batch.author[other] == batch.author[at]
        ]

    def entry(at):
        counts = rules.second_post ** len(places_of(at))
        score = batch.v_plus[at] * counts + batch.v_minus[at]
        return (score, batch.post_id[at])

    def adjacent(at):
        return len(placed) - 1 in places_of(at)

    def crowded(at):
        recent = [n for n in places_of(at) if n > len(placed) - rules.window]
        return len(recent) >= rules.per_window

    while left and len(placed) < limit:
        apart = [at for at in left if not adjacent(at)]
        free = [at for at in apart if not crowded(at)]
        best = max(free or apart or left, key=entry)
        placed.append(best)
        left.remove(best)
    return placed


@given(ROWS, st.integers(0, 30), st.integers(2, 6))
@settings(deadline=None)
def test_the_order_is_the_greedy_one(rows, limit, window):
    batch, rules = batch_of(rows), replace(RULES, window=window)
    assert Contest(batch, rules).order(limit) == naive(batch, rules, limit)


@given(ROWS.filter(bool), st.data())
@settings(deadline=None)
def test_the_place_with_another_score_is_where_it_would_have_stood(rows, data):
    at = data.draw(st.integers(0, len(rows) - 1))
    plus, minus = data.draw(st.floats(0, 4)), data.draw(st.floats(-1, 0))
    rules = replace(RULES, look_ahead=data.draw(st.integers(1, 30)))
    altered = [*rows[:at], (rows[at][0], plus, minus, rows[at][3]), *rows[at + 1 :]]
    order = naive(batch_of(altered), rules, rules.look_ahead)
    expected = order.index(at) + 1 if at in order else None
    found = Contest(batch_of(rows), rules).place_of(at, plus, minus)
    assert found == expected


def served_authors(authors, limit=20):
    batch = batch_of([(author, 3.0, 0.0, AuthorKind.PERSON) for author in authors])
    return [authors[at] for at in Contest(batch, RULES).order(limit)]


def test_nobody_stands_next_to_themselves_or_three_times_on_a_page():
    authors = [1] * 6 + [2] * 6 + list(range(3, 25))
    order = served_authors(authors)
    assert all(a != b for a, b in itertools.pairwise(order))
    assert max(order.count(author) for author in order) <= 2


def test_caps_give_way_rather_than_leave_the_page_short():
    assert len(served_authors([1] * 10)) == 10
    order = served_authors([1] * 5 + [2] * 5)
    assert sorted(order) == [1] * 5 + [2] * 5
    assert all(a != b for a, b in itertools.pairwise(order))


def test_sources_publish_as_they_please():
    rows = [(1, 3.0, 0.0, AuthorKind.SOURCE)] * 4 + [(2, 1.0, 0.0, AuthorKind.PERSON)]
    batch = batch_of(rows)
    order = Contest(batch, RULES).order(5)
    assert [int(batch.author[at]) for at in order] == [1, 1, 1, 1, 2]


def test_among_equals_the_newer_comes_first():
    batch = batch_of([(author, 1.0, 0.0, AuthorKind.PERSON) for author in range(6)])
    ids = batch.post_id[Contest(batch, RULES).order(6)].tolist()
    assert ids == sorted(ids, reverse=True)
