"""Counts of who opened what: one person once a post, exact under repetition and undoing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.world import ActKind
from tests.feed.communities import HOUR, NOON, Town

KINDS = [ActKind.READ, ActKind.REACT, ActKind.COMMENT, ActKind.BOOKMARK, ActKind.HIDE]


def heat(town, post, now_ms=NOON):
    rows = np.array([town.world.posts.index.find(post)], dtype=np.int32)
    return town.world.posts.crowd.heat_at(rows, now_ms)[0].tolist()


def counts(town, post):
    row, crowd = town.world.posts.index.find(post), town.world.posts.crowd
    return tuple(
        int(column.view[row]) for column in (crowd.openers, crowd.engaged, crowd.rejecters)
    )


def test_a_person_counts_once_whatever_they_do():
    town = Town()
    post = town.post(2, 10)
    town.act(5, ActKind.READ, 4, post)
    town.act(5, ActKind.REACT, 3, post)
    town.act(6, ActKind.COMMENT, 1, post)
    town.act(7, ActKind.HIDE, 1, post)
    town.act(2, ActKind.COMMENT, 1, post)
    assert counts(town, post) == (2, 2, 1)
    first, second = (2.0**-4, 2.0**-1), (2.0**-1, 2.0 ** (-1 / 4))
    assert heat(town, post)[:2] == pytest.approx([sum(first), second[0] + second[1]])


def test_heat_falls_by_half_in_each_half_life():
    town = Town()
    post = town.post(2, 10)
    town.act(5, ActKind.READ, 0, post)
    assert heat(town, post, NOON + 4 * HOUR) == pytest.approx(
        [2.0**-4, 2.0**-1, 2.0 ** (-4 / 24), 2.0 ** (-4 / 96)]
    )


@given(
    st.lists(
        st.tuples(
            st.booleans(), st.integers(2, 6), st.sampled_from(KINDS), st.integers(0, 2),
            st.integers(0, 40),
        ),
        max_size=25,
    )
)  # fmt: skip
def test_counting_act_by_act_equals_counting_anew(history):
    town = Town()
    posts = [town.post(author, 50 + author) for author in (2, 3, 4)]
    for doing, person, kind, post, hours in history:
        if doing:
            town.act(person, kind, hours, posts[post])
        else:
            town.world.remove_act(person, kind, post_id=posts[post])
    before = [(counts(town, post), heat(town, post)) for post in posts]
    crowd = town.world.posts.crowd
    sums = (crowd.all_openers, crowd.all_engaged, crowd.author_openers.view.tolist())
    town.world.acts.recount()
    for post, (counted, warm) in zip(posts, before, strict=True):
        assert counts(town, post) == counted
        assert heat(town, post) == pytest.approx(warm, abs=1e-9)
    assert (crowd.all_openers, crowd.all_engaged, crowd.author_openers.view.tolist()) == sums


def test_a_removed_post_counts_for_nobody_until_it_comes_back():
    town = Town()
    post = town.post(2, 10)
    town.act(5, ActKind.REACT, 3, post)
    crowd = town.world.posts.crowd
    town.world.remove_post(post)
    assert (crowd.all_openers, crowd.all_engaged) == (0, 0)
    town.act(6, ActKind.READ, 3, post)
    row = town.world.posts.index.find(post)
    town.world.posts.set_removed(row, False)
    assert (crowd.all_openers, crowd.all_engaged) == (2, 1)
