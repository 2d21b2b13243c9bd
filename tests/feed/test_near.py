"""Whose openings count: people the viewer knows, and everybody for who knows nobody."""

from __future__ import annotations

import numpy as np
import pytest

from kring.feed.circle import Circle
from kring.feed.features import NAMES
from kring.feed.home import rank
from kring.feed.near import near_of
from kring.feed.policy import default_policy
from kring.feed.stages import Viewer
from kring.feed.world import ActKind, Exposure
from tests.feed.communities import HOUR, NOON, Town

POLICY = default_policy()
TIES = range(2, 2 + int(POLICY.company.near_ties))
CROWD = range(100, 112)
COUNTS = ("heat_hour", "heat_morning", "heat_day", "heat_week", "engagement", "commenters")


def opened_by(people):
    """A town in which these people opened, liked and answered one of two posts."""
    town = Town()
    for tie in TIES:
        town.post(tie, 24 * 200)
    plain, pushed = town.post(2, 5), town.post(3, 5)
    for person in people:
        for kind in (ActKind.READ, ActKind.REACT, ActKind.COMMENT):
            town.act(person, kind, 1, pushed)
    return town, plain, pushed


def circle(town, **viewer):
    return Circle(town.world, Viewer(id=1, now_ms=NOON, **viewer))


def told(town, post, **viewer):
    slate = rank(town.world, Viewer(id=1, now_ms=NOON, **viewer), POLICY, 20)
    row = slate.features[slate.post_id.tolist().index(post)]
    return {name: float(row[NAMES.index(name)]) for name in COUNTS}


def record_of(town, post):
    slate = rank(town.world, Viewer(id=1, now_ms=NOON, connection_ids=[*TIES]), POLICY, 20)
    return float(slate.features[slate.post_id.tolist().index(post), NAMES.index("author_record")])


def test_a_crowd_of_strangers_is_none_to_who_knows_many_people():
    town, plain, pushed = opened_by(CROWD)
    viewer = {"connection_ids": [*TIES]}
    assert told(town, pushed, **viewer) == told(town, plain, **viewer)


def test_a_crowd_of_ties_counts_each_of_them():
    town, plain, pushed = opened_by(list(TIES)[2:6])
    seen = told(town, pushed, connection_ids=[*TIES])
    assert seen["commenters"] == pytest.approx(np.log1p(4))
    assert seen["heat_day"] > told(town, plain, connection_ids=[*TIES])["heat_day"]
    assert seen == told(town, pushed, connection_ids=[2, 3, 4, 5], followed_ids=list(TIES)[4:])


def test_who_knows_few_people_hears_strangers_a_little_less():
    town, _, pushed = opened_by(CROWD)
    near = near_of(circle(town, connection_ids=[2, 3]), POLICY)
    people = town.world.people.find_many(np.array([2, 100]))
    assert near.weight_of(people).tolist() == [
        1.0,
        pytest.approx(1 - 2 / POLICY.company.near_ties),
    ]
    assert told(town, pushed, connection_ids=[2, 3])["commenters"] > np.log1p(9)


def test_an_authors_record_is_how_they_were_received_not_by_how_many():
    town, plain, pushed = opened_by([])
    for author, expected, responders in ((2, 0.02, 4), (3, 0.24, 7)):
        for hours in (30, 50, 70):
            post = town.post(author, hours)
            seen = [Exposure(one, post, NOON - 80 * HOUR, 1.0, expected) for one in range(20, 50)]
            town.world.add_seen(seen)
            for person in range(20, 20 + responders):
                town.act(person, ActKind.REACT, 28, post)
    record = {post: record_of(town, post) for post in (plain, pushed)}
    assert record[plain] > record[pushed]
    assert abs(record[pushed]) < 0.1
    assert abs(record[plain]) <= POLICY.record.highest


def test_for_who_knows_nobody_everybody_counts():
    town, _, pushed = opened_by(CROWD)
    assert near_of(circle(town), POLICY) is None
    assert near_of(circle(town, connection_ids=[999]), POLICY) is None
    seen = told(town, pushed, membership_ids=[3])
    assert seen["commenters"] == pytest.approx(np.log1p(12))
    assert seen["heat_hour"] == pytest.approx(np.log1p(6), abs=1e-3)
