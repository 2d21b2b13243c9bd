"""Reasons: they add up, they are what would have been otherwise, and they tell no secrets."""

from __future__ import annotations

import numpy as np
import pytest

from kring.feed.evidence import Evidence
from kring.feed.facts import BUILDERS
from kring.feed.features import FEATURES, GROUPS, NAMES
from kring.feed.home import HOME, context_of, rank
from kring.feed.pipeline import candidates, score
from kring.feed.policy import default_policy
from kring.feed.stages import Viewer
from kring.feed.world import ActKind, Exposure, PostFlag
from tests.feed.communities import NOON, Size, Town, crowd

POLICY = default_policy()


@pytest.fixture(scope="module")
def large():
    return crowd(3)


def test_prior_and_groups_sum_to_the_score(large):
    slate = rank(*large, POLICY, 200)
    assert len(slate) > 100
    sums = slate.prior + slate.contributions.sum(axis=1)
    assert np.abs(sums - slate.score).max() < 1e-9
    for at, reason in enumerate(slate.reasons):
        shares = [group.contribution for group in reason.groups]
        assert [group.group for group in reason.groups] == list(GROUPS)
        assert reason.prior + sum(shares) == pytest.approx(slate.score[at], abs=1e-9)
        product = np.prod(list(reason.held_back.values()))
        assert product == pytest.approx(slate.multiplier[at])
        for group in reason.groups:
            whole = group.plus * slate.multiplier[at] + group.minus
            assert group.contribution == pytest.approx(whole, abs=1e-12)


def test_without_its_top_reason_an_item_stands_where_the_rank_says(large):
    """Lower the score by hand, select again, and look."""
    world, viewer = large
    context = context_of(world, viewer, POLICY)
    batch, _ = candidates(HOME, context)
    score(HOME, context, batch)
    slate = rank(world, viewer, POLICY, 20)
    places = slate.what_ifs.ranks
    for post_id, reason, place in zip(slate.post_id.tolist(), slate.reasons, places, strict=True):
        assert reason.top_group is not None
        top = max(reason.groups, key=lambda group: group.contribution)
        assert top.group == reason.top_group
        at = int(np.flatnonzero(batch.post_id == post_id)[0])
        lowered = batch.take(np.arange(len(batch)))
        lowered.v_plus[at] -= top.plus
        lowered.v_minus[at] -= top.minus
        lowered.score = lowered.v_plus * lowered.multiplier + lowered.v_minus
        assert batch.score[at] - lowered.score[at] == pytest.approx(top.contribution, abs=1e-9)
        order = HOME.selector.prepare(context, lowered).order(POLICY.selection.look_ahead)
        assert place == (order.index(at) + 1 if at in order else None)


def test_the_rank_by_time_counts_newer_candidates():
    town = Town()
    posts = [town.post(2 + n, n) for n in range(5)]
    slate = rank(town.world, Viewer(id=1, now_ms=NOON, connection_ids=range(2, 9)), POLICY, 5)
    found = dict(zip(slate.post_id.tolist(), slate.reasons, strict=True))
    assert [found[post].rank_by_time for post in posts] == [1, 2, 3, 4, 5]


def facts_of(town, post, **viewer):
    given = {"connection_ids": [2, 3, 4], **viewer}
    slate = rank(town.world, Viewer(id=1, now_ms=NOON, **given), POLICY, 20)
    at = slate.post_id.tolist().index(post)
    return {fact.code: fact.params for group in slate.reasons[at].groups for fact in group.facts}


def test_facts_say_what_happened():
    town = Town()
    town.talk(1, 2, times=6, days_ago=10)
    town.talk(2, 1, times=3, days_ago=10)
    post = town.post(2, 5, topics=(70,), flags=PostFlag.QUESTION)
    town.talk(1, 3, times=2)
    town.act(3, ActKind.COMMENT, 4, post)
    town.act(2, ActKind.COMMENT, 3, post)
    facts = facts_of(town, post)
    assert facts["person.replied"] == {"other": 2, "count": 6, "days": 90}
    assert facts["person.replied_to_you"] == {"other": 2, "count": 3, "days": 90}
    assert facts["conversation.tie"] == {"other": 3, "act": "comment", "more": 0}
    assert facts["freshness.newest"] == {}
    assert facts["response.observed"]["observed"] == 1


def test_a_post_met_through_a_strong_tie_says_so():
    town = Town()
    town.talk(1, 2, times=3)
    post = town.post(50, 5)
    town.act(2, ActKind.BARE_REPOST, 2, post)
    facts = facts_of(town, post)
    assert facts["discovery.through"] == {"other": 2, "act": "bare_repost", "more": 0}


@pytest.mark.parametrize("kind", [ActKind.REACT, ActKind.HELPED])
def test_who_reacted_is_counted_and_not_named(kind):
    town = Town()
    town.talk(1, 2, times=3)
    post, other = town.post(3, 5), town.post(2, 5)
    town.act(2, kind, 2, post)
    facts = facts_of(town, post)
    assert facts["response.observed"]["observed"] == 1
    assert "conversation.tie" not in facts
    town.act(1, kind, 2, other)
    assert facts_of(town, other)["person.replied"]["count"] == 3
    own = town.post(1, 9)
    town.act(2, kind, 2, own)
    assert not any("to_you" in code for code in facts_of(town, other))
    town.act(2, ActKind.COMMENT, 1, own)
    assert facts_of(town, other)["person.replied_to_you"]["count"] == 1


@pytest.mark.parametrize(
    "kind",
    [ActKind.REACT, ActKind.HELPED, ActKind.READ, ActKind.BOOKMARK, ActKind.PROFILE_VISIT],
)
def test_what_others_do_in_private_is_neither_told_nor_a_source(kind):
    town = Town()
    town.talk(1, 2, times=3)
    shown, hidden = town.post(2, 5), town.post(50, 5)
    town.act(2, kind, 2, hidden)
    town.act(2, kind, 2, target=1)
    facts = facts_of(town, shown)
    assert not any("to_you" in code or "tie" in code for code in facts if code != "person.tie")
    slate = rank(town.world, Viewer(id=1, now_ms=NOON, connection_ids=[2]), POLICY, 9)
    assert hidden not in slate.post_id.tolist()


def test_a_muted_tie_is_not_named():
    town = Town()
    town.talk(1, 2, times=3)
    post = town.post(3, 5)
    town.act(2, ActKind.COMMENT, 2, post)
    assert "conversation.tie" in facts_of(town, post)
    assert "conversation.tie" not in facts_of(town, post, muted_author_ids=[2])


def test_only_as_many_reasons_as_asked_for():
    world, viewer = crowd(4, Size(people=200, posts=900, acts=3000, ties=60))
    slate = rank(world, viewer, POLICY, 30, explained=4)
    assert (len(slate), len(slate.reasons), len(slate.prior)) == (30, 4, 4)
    assert rank(world, viewer, POLICY, 30, explained=0).reasons == ()


def tied_with(kind, *, times=4):
    """1 and 2 talk; 2 also did this to posts of 1."""
    town = Town()
    town.talk(1, 2, times=3)
    town.talk(2, 1, times=1)
    for hours in range(1, times + 1):
        if kind is not None:
            town.act(2, kind, hours, town.post(1, 20 + hours), target=1)
        else:
            town.post(1, 20 + hours)
    return town, town.post(2, 5)


@pytest.mark.parametrize(
    "kind",
    [ActKind.READ, ActKind.REACT, ActKind.HELPED, ActKind.BOOKMARK, ActKind.HIDE, ActKind.LESS,
     ActKind.MORE, ActKind.PROFILE_VISIT],
)  # fmt: skip
def test_no_number_tells_what_another_did_with_ones_posts_in_private(kind):
    """The bars are exact: whatever moves what stands between two people, each can read off."""

    def points(kind):
        town, post = tied_with(kind)
        slate = rank(town.world, Viewer(id=1, now_ms=NOON, connection_ids=[2]), POLICY, 20)
        between = [at for at, feature in enumerate(FEATURES) if feature.group == "person"]
        return slate.features[slate.post_id.tolist().index(post), between].tolist()

    assert points(kind) == points(None)
    assert points(ActKind.COMMENT) > points(None)


def test_the_taste_of_one_person_is_not_told():
    """Five opened it; of those who open what the viewer opens it is one, then five."""

    def town_with(alike):
        town = Town()
        for day in range(2, 6):
            post = town.post(20, day * 24)
            for person in range(10, 15):
                if person - 10 < alike:
                    town.act(person, ActKind.COMMENT, day * 24 - 1, post)
            town.act(1, ActKind.COMMENT, day * 24 - 2, post)
        post = town.post(2, 5)
        for person in range(10, 15):
            town.act(person, ActKind.COMMENT, 4, post)
        return town, post

    of_company = {"topic.alike", "topic.leads", "topic.alike_engaged"}
    for alike, told in ((1, False), (4, False), (5, True)):
        town, post = town_with(alike)
        assert bool(of_company & facts_of(town, post).keys()) is told


@pytest.mark.parametrize("reach", [0, 4, 5])
def test_how_few_saw_a_post_cannot_be_worked_out_from_what_was_expected(reach):
    """What was expected grows with every person who saw it."""
    town = Town()
    town.world.add_seen([Exposure(99, town.post(98, 60), NOON - 48 * 3_600_000)])
    post = town.post(2, 5)
    for person in range(10, 10 + reach):
        town.world.add_seen([Exposure(person, post, NOON - 3_600_000, 1.0, 0.9)])
        town.act(person, ActKind.COMMENT, 0.5, post)
    context = context_of(town.world, Viewer(id=1, now_ms=NOON, connection_ids=[2]), POLICY)
    batch, _ = candidates(HOME, context)
    score(HOME, context, batch)
    at = np.flatnonzero(batch.post_id == post)
    fact = BUILDERS[NAMES.index("response")](Evidence(context, batch, at), 0, -0.5)
    assert (fact is not None) is (reach >= 5)


@pytest.mark.parametrize(
    ("times", "code"), [(0, "topic.declared"), (1, "topic.responded"), (3, "topic.interest")]
)
def test_one_act_is_not_told_as_a_habit(times, code):
    town = Town()
    for number in range(6):
        other = town.post(20, 50 + number, topics=(8,))
        if number < times:
            town.act(1, ActKind.COMMENT, 40 + number, town.post(21, 60 + number, topics=(7,)))
        assert other
    post = town.post(2, 3, topics=(7,))
    told = facts_of(town, post, followed_topic_ids=[7])
    assert code in told
