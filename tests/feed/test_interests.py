"""What the feed thinks one cares about: the ranking's own numbers, with where they come from."""

from __future__ import annotations

import pytest

from kring.feed.interests import interests_of
from kring.feed.policy import default_policy
from kring.feed.profile import profile_of
from kring.feed.stages import Viewer
from kring.feed.world import ActKind, Audience
from tests.feed.communities import NOON, Town

POLICY = default_policy()
PENSIONS, LAW, DATA = 70, 71, 72


def viewer(**more):
    return Viewer(id=1, now_ms=NOON, **{"connection_ids": [2, 3], **more})


def listed(town, most=20, **more):
    found = interests_of(town.world, viewer(**more), POLICY, most=most)
    return {interest.topic_id: interest for interest in found}


@pytest.fixture
def town():
    town = Town()
    posts = [town.post(9, 200 + n, topics=(PENSIONS,)) for n in range(4)]
    for post in posts[:3]:
        town.act(1, ActKind.REACT, 100, post)
    town.act(1, ActKind.COMMENT, 90, posts[0])
    town.act(1, ActKind.READ, 80, posts[3])
    town.act(1, ActKind.READ, 80, posts[0])
    town.post(2, 50, topics=(LAW,))
    town.post(3, 50, topics=(LAW,))
    town.post(3, 40, topics=(LAW,))
    town.post(8, 40, topics=(DATA,))
    return town


def test_each_topic_says_what_it_was_learned_from(town):
    found = listed(town, followed_topic_ids=[LAW])
    assert (found[PENSIONS].responded, found[PENSIONS].read) == (3, 1)
    assert (found[PENSIONS].ties, found[PENSIONS].followed) == (0, False)
    assert (found[LAW].responded, found[LAW].ties, found[LAW].followed) == (0, 2, True)
    assert DATA not in found  # without a source there is nothing to tell


def test_the_numbers_are_those_of_the_ranking_and_strongest_first(town):
    found = interests_of(town.world, viewer(), POLICY, most=20)
    interest = profile_of(town.world, viewer(), POLICY).interest
    for one in found:
        assert one.log_ratio == interest[town.world.posts.topic_ids.find(one.topic_id)]
        assert 0 <= one.strength <= 100
    ratios = [one.log_ratio for one in found]
    assert ratios == sorted(ratios, reverse=True)


def test_what_was_said_stands_in_place_of_what_was_learned_and_always_has_a_place(town):
    found = listed(town, most=1, interest_set={LAW: -1.5})
    assert list(found) == [LAW]
    assert (found[LAW].log_ratio, found[LAW].set_by_hand) == (-1.5, True)
    assert LAW in listed(town, most=1, muted_topic_ids=[LAW])


def test_a_new_connection_is_named_where_its_topics_came_along(town):
    town.act(1, ActKind.CONNECT, 24 * 3, target=3)
    town.act(1, ActKind.CONNECT, 24 * 90, target=2)
    person, at_ms = listed(town)[LAW].since
    assert person == 3
    assert NOON - at_ms == 3 * 24 * 3_600_000
    assert listed(town, connection_ids=[2])[LAW].since is None
    assert listed(town)[PENSIONS].since is None


def test_without_profiling_nothing_of_ones_past_is_told_or_used(town):
    found = listed(town, profiling=False)
    assert PENSIONS not in found
    assert found[LAW].ties == 2


def test_removed_posts_and_muted_people_are_no_source(town):
    found = listed(town, muted_author_ids=[3])
    assert found[LAW].ties == 1
    town.world.remove_post(town.post(2, 30, topics=(DATA,)))
    assert DATA not in listed(town)


def test_hides_are_no_interest(town):
    post = town.post(8, 20, topics=(DATA,))
    town.act(1, ActKind.HIDE, 10, post)
    assert DATA not in listed(town)


def test_an_empty_community_interests_nobody():
    assert interests_of(Town().world, viewer(), POLICY, most=5) == []


@pytest.mark.parametrize("audience", [Audience.CONNECTIONS, Audience.GROUP, Audience.DIRECT])
def test_nobody_learns_what_a_tie_writes_about_among_others(town, audience):
    """4 is followed, not connected: what 4 tells connections or a group is not for the viewer."""
    before = profile_of(town.world, viewer(followed_ids=[4]), POLICY).interest
    town.post(4, 20, topics=(LAW, PENSIONS), audience=audience)
    found = listed(town, followed_ids=[4])
    assert (found[LAW].ties, found[PENSIONS].ties) == (2, 0)
    after = profile_of(town.world, viewer(followed_ids=[4]), POLICY).interest
    only_more_supply = profile_of(town.world, viewer(), POLICY).interest
    assert before is not None
    assert after.tolist() == only_more_supply.tolist()


def test_what_connections_tell_their_connections_is_a_source(town):
    town.post(2, 20, topics=(DATA,), audience=Audience.CONNECTIONS)
    assert listed(town)[DATA].ties == 1
    town.post(2, 20, topics=(90,), audience=Audience.DIRECT)
    assert 90 not in listed(town)
