"""Communities in which it is known who must come first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kring.feed.features import NAMES
from kring.feed.home import rank
from kring.feed.policy import default_policy
from kring.feed.stages import Viewer
from kring.feed.world import ActKind, AuthorKind, PostFlag, World
from tests.feed.communities import NOON, Size, Town, crowd

POLICY = default_policy()


def order(town, limit=20, **viewer):
    given = {"connection_ids": [2, 3, 4, 5], **viewer}
    slate = rank(town.world, Viewer(id=1, now_ms=NOON, **given), POLICY, limit)
    return slate.post_id.tolist()


def test_the_person_i_talk_with_most_comes_before_an_equal_post_of_another():
    town = Town()
    town.talk(1, 3)
    friend, other = town.post(3, 5), town.post(2, 5)
    assert order(town)[:2] == [friend, other]


def test_two_way_talk_comes_before_one_way_talk():
    town = Town()
    town.talk(1, 2)
    town.talk(1, 3)
    town.talk(3, 1)
    one_way, two_way = town.post(2, 5), town.post(3, 5)
    assert order(town)[:2] == [two_way, one_way]


def test_whom_i_hide_sinks():
    town = Town()
    hidden = town.post(2, 24 * 20)
    town.act(1, ActKind.HIDE, 30, hidden)
    sunk, other = town.post(2, 5), town.post(3, 6)
    found = order(town, hidden_post_ids=[hidden])
    assert found.index(other) < found.index(sunk)


def test_my_topics_come_first():
    town = Town()
    for hours in range(24 * 20, 24 * 20 + 8):
        old = town.post(9, hours, topics=(70,))
        town.act(1, ActKind.COMMENT, hours - 24, old)
    for _ in range(8):
        town.post(8, 24 * 20, topics=(71,))
    plain, mine = town.post(2, 5, topics=(71,)), town.post(3, 5, topics=(70,))
    found = order(town)
    assert found.index(mine) < found.index(plain)


def test_following_a_topic_is_enough_until_there_is_evidence():
    town = Town()
    for _ in range(8):
        town.post(9, 24 * 20, topics=(70, 71))
    one, other = town.post(2, 5, topics=(70,)), town.post(3, 5, topics=(71,))
    assert order(town, followed_topic_ids=[70])[0] == one
    assert order(town, followed_topic_ids=[71])[0] == other
    assert order(town, interest_set={70: 2.0})[0] == one


def test_tags_cannot_be_stacked():
    town = Town()
    for hours in range(24 * 20, 24 * 20 + 8):
        old = town.post(9, hours, topics=(70,))
        town.act(1, ActKind.COMMENT, hours - 24, old)
    stacked = town.post(2, 5, topics=(70, 71, 72, 73, 74, 75, 76, 77))
    honest = town.post(3, 5, topics=(70,))
    assert order(town)[:2] == [honest, stacked]


def test_a_small_post_above_expectation_beats_an_old_one_with_more_responses():
    town = Town()
    for author in range(30, 50):
        town.post(author, 24 * 5)
    big, small = town.post(2, 24 * 6), town.post(3, 2)
    for person in range(60, 66):
        town.act(person, ActKind.REACT, 24 * 5, big)
    for person in range(60, 64):
        town.act(person, ActKind.REACT, 1, small)
    assert order(town)[0] == small


def test_a_conversation_with_a_close_person_in_it_comes_first():
    town = Town()
    town.talk(1, 4)
    quiet, lively = town.post(2, 5), town.post(3, 5)
    town.act(30, ActKind.COMMENT, 4, quiet)
    town.act(4, ActKind.COMMENT, 4, lively)
    found = order(town)
    assert found.index(lively) < found.index(quiet)


def test_newer_questions_and_own_words_come_first():
    town = Town()
    old, new = town.post(2, 60), town.post(3, 3)
    assert order(town)[:2] == [new, old]
    town = Town()
    bait, words = town.post(2, 5, words=2, flags=PostFlag.LINK), town.post(3, 5, words=80)
    assert order(town)[:2] == [words, bait]
    town = Town()
    plain, asking = town.post(2, 5), town.post(3, 5, flags=PostFlag.QUESTION)
    assert order(town)[:2] == [asking, plain]


def test_an_act_changes_the_next_page():
    town = Town()
    other, post = town.post(2, 5), town.post(3, 5.1)
    assert order(town)[:2] == [other, post]
    town.act(1, ActKind.COMMENT, 0, town.post(3, 24 * 13))
    assert order(town)[0] == post


def test_colleagues_are_known_by_their_company_now():
    town = Town()
    town.post(2, 5)
    viewer = Viewer(id=1, now_ms=NOON, connection_ids=[2], company_id=40)
    for company, expected in [(40, 3), (41, 2), (0, 2)]:
        town.world.set_company(2, company)
        slate = rank(town.world, viewer, POLICY, 5)
        assert slate.features[0, 3] == expected


def test_pages_and_groups_one_belongs_to_are_in_the_feed():
    town = Town()
    page = town.post(70, 5, author_kind=AuthorKind.PAGE)
    assert order(town, membership_ids=[70]) == [page]
    assert order(town, followed_ids=[70]) == [page]
    assert order(town) == []


def test_an_empty_world_gives_an_empty_slate():
    slate = rank(World(), Viewer(id=1, now_ms=NOON, connection_ids=[2], seen={9: 1}), POLICY, 20)
    assert (len(slate), slate.reasons, slate.candidates) == (0, (), 0)


def test_when_all_that_strong_ties_talked_about_is_hidden_the_feed_is_empty():
    town = Town()
    town.talk(1, 2)
    talked = town.post(9, 5)
    town.act(2, ActKind.COMMENT, 4, talked)
    hidden = town.world.posts.index.ids.view
    assert order(town, connection_ids=[2], hidden_post_ids=hidden) == []


def test_a_strong_tie_who_answers_all_of_somebodys_posts_brings_none_of_them():
    town = Town()
    town.talk(1, 2)
    usual = []
    for number in range(POLICY.strong_ties.habit):
        usual.append(town.post(9, 24 - number))
        town.act(2, ActKind.COMMENT, 20 - number, usual[-1])
    news = town.post(8, 5)
    town.act(2, ActKind.COMMENT, 4, news)
    assert {news, *usual} <= {*order(town, connection_ids=[2])}
    usual.append(town.post(9, 4))
    town.act(2, ActKind.COMMENT, 3, usual[-1])
    found = {*order(town, connection_ids=[2])}
    assert news in found
    assert not found & {*usual}


def test_what_has_not_happened_yet_is_not_there():
    town = Town()
    now = town.post(2, 5)
    town.post(3, -5)
    assert order(town) == [now]


def test_the_same_question_gets_the_same_answer():
    world, viewer = crowd(7)
    one, other = rank(world, viewer, POLICY, 50), rank(world, viewer, POLICY, 50)
    assert one.post_id.tolist() == other.post_id.tolist()
    assert one.score.tolist() == other.score.tolist()
    assert one.reasons == other.reasons
    assert one.policy_hash == POLICY.hash


def test_a_shorter_page_is_the_beginning_of_a_longer_one():
    world, viewer = crowd(8)
    short, long = rank(world, viewer, POLICY, 7), rank(world, viewer, POLICY, 40)
    assert short.post_id.tolist() == long.post_id.tolist()[:7]
    assert long.rank.tolist() == list(range(1, 41))


@pytest.mark.parametrize("seed", range(4))
def test_every_candidate_is_kept_or_removed_with_a_reason(seed):
    world, viewer = crowd(seed, Size(people=300, posts=2000, acts=6000, ties=120))
    slate = rank(world, viewer, POLICY, 5000)
    steps = [step for step in slate.trace.steps if step.kind == "filter"]
    assert all(step.came - step.left == len(step.removed) for step in steps)
    removed = slate.trace.removals()
    assert len(removed) == steps[0].came - slate.candidates
    assert set(slate.post_id.tolist()).isdisjoint(removed)
    assert len(slate) == slate.candidates


def test_weights_in_the_policy_decide():
    town = Town()
    town.talk(1, 3)
    friend, fresh = town.post(3, 30), town.post(2, 3)
    flat = replace(POLICY.features["affinity_week"], gains=(0.0,) * 6)
    nobody = dict.fromkeys(("affinity_week", "affinity_season", "reciprocity"), flat)
    blind = replace(POLICY, features={**POLICY.features, **nobody})
    viewer = Viewer(id=1, now_ms=NOON, connection_ids=[2, 3])
    assert rank(town.world, viewer, POLICY, 2).post_id.tolist()[0] == friend
    assert rank(town.world, viewer, blind, 2).post_id.tolist()[0] == fresh


def test_whoever_knows_few_people_gets_more_of_each():
    town = Town()
    for hours in range(30):
        town.post(2, hours)
    assert len(order(town, 40, connection_ids=[2])) == 30


def test_a_page_does_not_grow_old_by_being_used():
    """What a viewer does in the present visit does not make the rest something seen before."""
    town = Town()
    old = town.post(3, 30)
    town.act(1, ActKind.REACT, 20, old)
    fresh, other = town.post(2, 5), town.post(4, 4)

    def since_visit():
        viewer = Viewer(id=1, now_ms=NOON, connection_ids=[2, 3, 4])
        slate = rank(town.world, viewer, POLICY, 20)
        at = slate.post_id.tolist().index(other)
        return slate.features[at, NAMES.index("since_visit")]

    before = since_visit()
    assert before < 0
    town.act(1, ActKind.REACT, 0.1, fresh)
    town.act(1, ActKind.COMMENT, 0.4, fresh)
    assert since_visit() == before
