"""Response against expectation: exposures, strata, habits."""

from __future__ import annotations

import numpy as np
import pytest

from kring.feed.policy import default_policy
from kring.feed.response import evidence, expected_rates, response_ratio
from kring.feed.stages import Viewer
from kring.feed.world import ActKind, Exposure, ExposureColumns
from tests.feed.communities import HOUR, NOON, Town

POLICY = default_policy()
KAPPA = POLICY.response.kappa


def told(town, post):
    rows = np.array([town.world.posts.index.find(post)], dtype=np.int32)
    columns = evidence(town.world, rows, NOON, POLICY)
    return [
        float(column[0]) for column in (*columns, response_ratio(town.world, rows, NOON, POLICY))
    ]


def see(town, people, post, expected=0.1, chance=1.0):
    town.world.add_seen([Exposure(p, post, NOON - HOUR, chance, expected) for p in people])


def measured_town():
    """A town in which looks have been known for two days."""
    town = Town()
    town.world.add_seen([Exposure(99, town.post(98, 60), NOON - 48 * HOUR)])
    return town


def test_response_is_judged_against_those_who_saw_it():
    town = measured_town()
    post = town.post(2, 10)
    see(town, range(10, 30), post)
    for person in (10, 11, 12):
        town.act(person, ActKind.REACT, 1, post)
    observed, expected, reach, ratio = told(town, post)
    assert (observed, expected, reach) == (3, pytest.approx(2.0), 20)
    assert ratio == pytest.approx((3 + KAPPA) / (2 + KAPPA))


def test_a_response_of_somebody_who_was_not_shown_it_is_none():
    town = measured_town()
    post = town.post(2, 10)
    see(town, [10], post)
    town.act(50, ActKind.COMMENT, 1, post)
    assert told(town, post)[:1] == [0]
    see(town, [50], post)
    assert told(town, post)[:1] == [1]
    town.world.remove_act(50, ActKind.COMMENT, post_id=post)
    assert told(town, post)[:1] == [0]


def test_a_second_look_adds_no_second_expectation():
    town = measured_town()
    post = town.post(2, 10)
    see(town, [10], post, chance=0.4)
    see(town, [10], post, chance=0.3)
    assert told(town, post)[1:3] == [pytest.approx(0.04), pytest.approx(0.4)]
    see(town, [10], post)
    assert told(town, post)[1:3] == [pytest.approx(0.1), pytest.approx(1.0)]


def test_applause_of_colleagues_cannot_carry_a_post():
    town = measured_town()
    post = town.post(2, 10)
    see(town, range(100, 200), post)
    for person in range(100, 160):
        town.act(person, ActKind.REACT, 1, post)
    assert told(town, post)[3] > 4
    for person in (2, *range(100, 200)):
        town.world.set_company(person, 77)
    # 25 % of the mass at most: with κ of other evidence, κ/3 is what colleagues may weigh.
    assert told(town, post)[3] == pytest.approx((KAPPA + KAPPA / 3 * 6) / (KAPPA + KAPPA / 3))


def test_applause_that_was_to_be_expected_is_no_evidence():
    town = measured_town()
    post = town.post(2, 10)
    see(town, range(100, 112), post, expected=0.6)
    see(town, [10], post, expected=0.2)
    for person in (10, *range(100, 112)):
        town.act(person, ActKind.COMMENT, 1, post)
    observed, expected, _, ratio = told(town, post)
    assert (observed, expected) == (13, pytest.approx(7.4))
    assert ratio == pytest.approx((1 + KAPPA) / (0.2 + KAPPA))


def test_before_anything_is_known_of_looks_the_communitys_mean_is_the_measure():
    town = Town()
    post = town.post(2, 10)
    for person in range(10, 20):
        town.act(person, ActKind.REACT, 1, post)
    observed, expected, reach, ratio = told(town, post)
    assert (observed, reach) == (10, 0)
    assert 0 < expected < 3 < ratio * KAPPA
    town.world.add_seen([Exposure(99, town.post(98, 5), NOON - 48 * HOUR)])
    assert told(town, post) == [0, 0, 0, 1]


def rates(town, viewer, authors=(2, 3)):
    numbers = town.world.people.add_many(np.array(authors))
    return expected_rates(town.world, viewer, numbers, POLICY).tolist()


def test_whoever_always_responds_to_somebody_is_expected_to():
    town = measured_town()
    for hours in range(30):
        for author in (2, 3):
            post = town.post(author, hours + 1)
            town.world.add_seen([Exposure(1, post, NOON - hours * HOUR, 1.0, 0.05)])
            if author == 2:
                town.act(1, ActKind.REACT, hours, post)
    fan, stranger = rates(town, Viewer(id=1, now_ms=NOON, connection_ids=[2, 3]))
    assert fan > 0.8
    assert stranger < 0.1


def test_ties_and_colleagues_are_expected_to_respond_more_than_strangers():
    town = measured_town()
    connected = rates(town, Viewer(id=1, now_ms=NOON, connection_ids=[2]))
    followed = rates(town, Viewer(id=1, now_ms=NOON, followed_ids=[2]))
    rules = POLICY.response
    assert connected == pytest.approx([rules.rate_peer, rules.rate_unknown])
    assert followed[0] == pytest.approx(rules.rate_follow)


def test_whoever_saw_a_repost_saw_the_original():
    town = measured_town()
    post = town.post(2, 10)
    echo = town.post(3, 5, origin_id=post, origin_author_id=2, words=0)
    see(town, [10, 11, 2], echo)
    see(town, [10], post)
    town.act(11, ActKind.REACT, 1, echo)
    observed, _expected, reach, _ratio = told(town, post)
    assert (observed, reach) == (1, 2)


def test_looks_loaded_at_once_count_as_those_told_one_by_one():
    def town_with_a_repost():
        town = Town()
        post = town.post(2, 40)
        return town, post, town.post(3, 30, origin_id=post, origin_author_id=2, words=0)

    looks = [(10, 0, 5, 0.3), (10, 1, 9, 0.8), (11, 1, 6, 1.0), (2, 1, 7, 1.0), (10, 0, 3, 0.1)]
    one, other = town_with_a_repost(), town_with_a_repost()
    for who, which, hours, chance in sorted(looks, key=lambda look: -look[2]):
        one[0].world.add_seen(
            [Exposure(who, one[1 + which], NOON - hours * HOUR, chance, hours / 100)]
        )
    columns = [np.array(values) for values in zip(*looks, strict=True)]
    other[0].world.load_exposures(
        ExposureColumns(
            viewer_id=columns[0],
            post_id=np.array(other[1:])[columns[1]],
            at_ms=NOON - columns[2] * HOUR,
            chance=columns[3],
            expected=columns[2] / 100,
        )
    )
    other[0].world.acts.recount()
    assert told(one[0], one[1]) == pytest.approx(told(other[0], other[1]), abs=1e-6)


def test_whoever_objects_to_conclusions_is_expected_to_do_what_anybody_would():
    town = Town()
    for hours in range(1, 9):
        post = town.post(2, hours)
        see(town, [1], post)
        town.act(1, ActKind.REACT, hours - 0.5, post)
    authors = town.world.people.find_many(np.array([2]))
    told = [
        expected_rates(
            town.world, Viewer(id=viewer, now_ms=NOON, profiling=allowed), authors, POLICY
        )[0]
        for viewer, allowed in ((1, True), (1, False), (77, True))
    ]
    assert told[0] > told[1] == told[2]
