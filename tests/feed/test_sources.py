"""Sources beyond one's ties: subjects, a first hearing, and mentions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kring.feed.batch import SourceTag
from kring.feed.home import context_of, rank
from kring.feed.policy import default_policy
from kring.feed.sources import FirstHearing, Mentions, Topics, hash_share
from kring.feed.stages import Viewer
from kring.feed.text import PostText
from kring.feed.world import ActKind, Audience, Exposure
from tests.feed.communities import HOUR, NOON, Town

POLICY = default_policy()
EVERYBODY = replace(POLICY, sources=replace(POLICY.sources, test_share=1.0))


def found(source, town, policy=POLICY, **viewer):
    context = context_of(town.world, Viewer(id=1, now_ms=NOON, **viewer), policy)
    return town.world.posts.index.ids.view[source.find(context)].tolist()


def see(town, people, post, expected=0.05):
    town.world.add_seen(
        [Exposure(person, post, NOON - 48 * HOUR, 1.0, expected) for person in people]
    )


def test_subjects_one_follows_bring_strangers_posts_by_relative_response():
    town = Town()
    see(town, [5], town.post(6, 40))
    answered, applauded = (town.post(author, 10, topics=(7,)) for author in (20, 21))
    elsewhere = town.post(22, 10, topics=(8,))
    see(town, range(100, 120), answered)
    see(town, range(100, 180), applauded)
    for person in range(100, 106):
        town.act(person, ActKind.COMMENT, 5, answered)
    for person in range(100, 108):
        town.act(person, ActKind.REACT, 5, applauded)
    town.post(23, 5, topics=(7,), audience=Audience.CONNECTIONS)
    town.post(24, 24 * 30, topics=(7,))
    assert found(Topics(), town, followed_topic_ids=[7]) == [answered, applauded]
    assert elsewhere in found(Topics(), town, followed_topic_ids=[7, 8])
    assert found(Topics(), town) == []


def test_a_post_that_left_a_subject_is_not_found_by_it():
    town = Town()
    post = town.post(20, 10, topics=(7,))
    row = town.world.posts.index.find(post)
    assert found(Topics(), town, followed_topic_ids=[7]) == [post]
    town.world.posts.set_topics(row, (8,))
    assert found(Topics(), town, followed_topic_ids=[7]) == []
    assert found(Topics(), town, followed_topic_ids=[8]) == [post]


def test_whoever_names_many_topics_is_found_by_the_words_alone():
    town = Town()
    most = POLICY.sources.topics_named
    few, many = (town.post(20 + n, 10, topics=tuple(range(7, 7 + n))) for n in (most, most + 1))
    assert found(Topics(), town, followed_topic_ids=[7]) == [few]
    town.world.set_text(many, PostText(topics=(30,)))
    assert found(Topics(), town, followed_topic_ids=[8]) == [few]
    assert found(Topics(), town, followed_topic_ids=[30]) == [many]


def test_a_new_post_is_heard_until_enough_have_seen_it():
    town = Town()
    new, old = town.post(2, 3), town.post(3, 80)
    assert found(FirstHearing(), town, EVERYBODY, connection_ids=[2, 3]) == [new]
    see(town, range(100, 100 + int(POLICY.sources.test_reach)), new)
    assert found(FirstHearing(), town, EVERYBODY, connection_ids=[2, 3]) == []
    assert old


def test_the_first_hearing_is_by_a_part_and_always_the_same_one():
    ids = np.arange(1, 20_001) << 22
    shares = hash_share(ids, 17, 0)
    assert shares.tolist() == hash_share(ids, 17, 0).tolist()
    assert ((shares >= 0) & (shares < 1)).all()
    assert abs((shares < 0.5).mean() - 0.5) < 0.02
    assert abs(np.corrcoef(shares, hash_share(ids, 18, 0))[0, 1]) < 0.03


def test_whoever_is_mentioned_gets_to_see_it():
    town = Town()
    called = town.post(30, 4, mentions=(1, 9))
    for_few = town.post(31, 4, mentions=(1,), audience=Audience.CONNECTIONS)
    message = town.post(32, 4, mentions=(1,), audience=Audience.DIRECT)
    town.post(33, 4, mentions=(9,))
    assert sorted(found(Mentions(), town)) == [called, for_few, message]
    slate = rank(town.world, Viewer(id=1, now_ms=NOON), POLICY, 20)
    assert set(slate.post_id.tolist()) == {called, for_few}
    assert set(slate.source.tolist()) == {SourceTag.MENTIONS}
    town.world.posts.mentions.set(town.world.posts.index.find(called), (9,))
    assert found(Mentions(), town) == [message, for_few]
