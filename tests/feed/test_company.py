"""People of the same taste, known from the acts alone."""

from __future__ import annotations

import numpy as np

from kring.feed.features import NAMES
from kring.feed.home import context_of, rank
from kring.feed.policy import default_policy
from kring.feed.stages import Viewer
from kring.feed.world import ActKind
from tests.feed.communities import NOON, Town

POLICY = default_policy()


def drawn(town, *posts, **viewer):
    context = context_of(town.world, Viewer(id=1, now_ms=NOON, **viewer), POLICY)
    rows = town.world.posts.index.find_many(np.array(posts))
    return context.profile.drawn(rows)


def shared_past(town, *, times=4):
    """5 opened what 1 opens, before; 6 after; 7 opened other things."""
    for day in range(2, 2 + times):
        post, other = town.post(20, day * 24), town.post(21, day * 24)
        town.act(5, ActKind.READ, day * 24 - 1, post)
        town.act(1, ActKind.READ, day * 24 - 2, post)
        town.act(6, ActKind.REACT, day * 24 - 3, post)
        town.act(7, ActKind.READ, day * 24 - 1, other)


def test_what_ones_kind_opens_speaks_for_a_post():
    town = Town()
    shared_past(town)
    by_five, by_seven = town.post(22, 5), town.post(23, 5)
    town.act(5, ActKind.READ, 2, by_five)
    town.act(7, ActKind.READ, 2, by_seven)
    found = drawn(town, by_five, by_seven)
    assert found.alike[0] > 0
    assert found.alike[1] == 0
    assert found.alike_lately[0] < found.alike[0]


def test_who_finds_things_first_leads_and_who_comes_later_does_not():
    town = Town()
    shared_past(town)
    by_five, by_six = town.post(22, 5), town.post(23, 5)
    town.act(5, ActKind.READ, 2, by_five)
    town.act(6, ActKind.READ, 2, by_six)
    found = drawn(town, by_five, by_six)
    assert found.leads[0] > 0 == found.leads[1]
    assert found.alike[1] > 0


def test_the_future_and_the_author_play_no_part():
    town = Town()
    shared_past(town)
    later, own = town.post(22, 5), town.post(5, 5)
    town.act(5, ActKind.READ, -2, later)
    town.act(5, ActKind.COMMENT, 1, own)
    assert drawn(town, later, own).alike.tolist() == [0, 0]


def test_nothing_is_concluded_for_whoever_forbids_it():
    town = Town()
    shared_past(town)
    post = town.post(22, 5)
    town.act(5, ActKind.READ, 2, post)
    assert drawn(town, post, profiling=False).alike.tolist() == [0]


def crowd_of(town, post, ties=range(30, 40)):
    town.world.people.add_many(np.array(ties))
    near = drawn(town, post, connection_ids=list(ties)).near
    return near.openers[0], near.heat[0, 0]


def test_what_few_of_ones_people_did_in_private_moves_nothing():
    """One tie's reading must not show in the points of somebody else's page."""
    town = Town()
    post = town.post(22, 5)
    untouched = crowd_of(town, post)
    for person in range(30, 34):
        town.act(person, ActKind.READ, 1, post)
        assert crowd_of(town, post) == untouched == (0, 0)
    town.act(34, ActKind.READ, 1, post)
    assert crowd_of(town, post)[0] >= 5


def test_what_one_of_ones_people_said_in_public_counts_at_once():
    town = Town()
    post = town.post(22, 5)
    town.act(30, ActKind.COMMENT, 1, post)
    assert crowd_of(town, post)[0] == 1
    town.act(31, ActKind.BOOKMARK, 1, post)
    assert crowd_of(town, post)[0] == 1


def test_where_people_know_each_other_taste_is_told_of_five():
    town = Town()
    for person in range(50, 56):
        for day in range(2, 6):
            post = town.post(20, day * 24 + person)
            town.act(person, ActKind.READ, day * 24 - 1, post)
            town.act(1, ActKind.READ, day * 24 - 2, post)
    new = town.post(22, 5)
    town.world.connect(8, 9)
    for count, person in enumerate(range(50, 55), start=1):
        town.act(person, ActKind.READ, 2, new)
        assert bool(drawn(town, new).alike[0] > 0) == (count == 5)


def test_what_few_rejected_is_not_told_in_points():
    town = Town()
    post = town.post(2, 5)
    names = NAMES.index("rejection")
    for person in range(30, 35):
        town.act(person, ActKind.HIDE, 1, post)
        slate = rank(town.world, Viewer(id=1, now_ms=NOON, connection_ids=[2]), POLICY, 5)
        assert bool(slate.features[0, names] > 0) == (person == 34)
