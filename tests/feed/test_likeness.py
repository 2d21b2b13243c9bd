"""How alike two posts are, by words where they have any and by topics elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from kring.feed.selection.likeness import FIRST
from tests.feed.lineups import INSIDE, Row, contest, likeness

POSTS = [
    Row(1, 9.0, vector=(3, 4)),
    Row(2, 8.0, vector=(4, 3)),
    Row(3, 7.0, vector=(-3, -4)),
    Row(4, 6.0, topics=(5, 6), vector=(0, 0, 1)),
    Row(5, 5.0, topics=(6, 7, 8)),
    Row(6, 4.0),
]


def test_a_cosine_or_a_share_of_topics_or_nothing():
    found = contest(POSTS).field.likeness
    rows = [found.row(at) for at in range(len(POSTS))]
    assert rows[0][:4] == pytest.approx([1.0, 24 / 25, -1.0, 0.0])
    # One of the two has no vector: one topic of four is of both.
    assert rows[3][4] == rows[4][3] == 1 / 4
    assert rows[4][4] == 1.0
    assert rows[5] == [0.0] * 6
    assert np.allclose(rows, np.transpose(rows))
    assert rows == [[likeness(one, other) for other in POSTS] for one in POSTS]


@pytest.mark.parametrize("vector", [(), (1, 2)])
def test_those_further_down_are_compared_when_they_are_needed(vector):
    posts = [
        Row(at, 900.0 - at, vector=vector and (at % 5 - 2, *vector), topics=(at % 7, 9))
        for at in range(FIRST + 40)
    ]
    found = contest(posts).field.likeness
    row = found.row(3)
    assert (len(row), found.width) == (FIRST, FIRST)
    found.widen()
    assert len(row) == len(posts)
    assert row == [likeness(posts[3], other) for other in posts]
    assert found.row(FIRST + 32)[3] == pytest.approx(row[FIRST + 32])


def test_whoever_stands_first_may_be_anybody():
    strangers = [Row(INSIDE + at, 9.0 - at / 1000) for at in range(FIRST + 5)]
    known = [Row(1, 1.0, topics=(5,)), Row(2, 0.9, topics=(5,)), Row(3, 0.8)]
    order = contest([*strangers, *known], outside_share=0.0).order(3)
    assert [at - len(strangers) for at in order] == [0, 2, 1]
