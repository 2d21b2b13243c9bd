"""Worlds for the feed's tests: one small enough to know by heart, one large enough to be slow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kring.core.clock import EPOCH_2000_MS
from kring.feed.stages import LessLikeThis, Viewer
from kring.feed.world import Act, ActColumns, ActKind, Post, PostColumns, World

HOUR = 3_600_000
DAY = 24 * HOUR
NOON = EPOCH_2000_MS + 9_000 * DAY + 12 * HOUR


def post_id_at(ms: int, sequence: int = 0) -> int:
    return (ms - EPOCH_2000_MS) << 22 | sequence


class Town:
    """A world told event by event. People are small numbers; the viewer is 1 by default."""

    def __init__(self) -> None:
        self.world = World()
        self._sequence = 0

    def post(self, author: int, hours_ago: float, **more: object) -> int:
        self._sequence += 1
        created = NOON - int(hours_ago * HOUR)
        post_id = post_id_at(created, self._sequence)
        values = {"words": 60, **more}
        self.world.add_post(Post(post_id, author, created, **values))
        return post_id

    def act(
        self, actor: int, kind: ActKind, hours_ago: float, post: int = 0, target: int = 0
    ) -> None:
        if post and not target:
            row = self.world.posts.index.find(post)
            target = int(self.world.person_ids(self.world.posts.author.view[[row]])[0])
        self.world.add_act(Act(actor, kind, NOON - int(hours_ago * HOUR), post, target))

    def talk(self, one: int, other: int, times: int = 5, days_ago: float = 2) -> None:
        """`one` commented on what `other` wrote, some days ago."""
        old = self.post(other, days_ago * 24 + 24 * 30)
        for time in range(times):
            self.act(one, ActKind.COMMENT, days_ago * 24 + time, old)


@dataclass(frozen=True)
class Size:
    people: int = 3000
    posts: int = 20_000
    acts: int = 120_000
    ties: int = 500


def crowd(seed: int, size: Size | None = None) -> tuple[World, Viewer]:
    """A random community with every kind of post and act, and one busy viewer in it."""
    size = size or Size()
    rng = np.random.default_rng(seed)
    world = World()
    people = np.arange(1, size.people + 1) * 1_000_003
    created = np.sort(NOON - rng.integers(0, 40 * DAY, size.posts))
    ids = ((created - EPOCH_2000_MS) << 22) + np.arange(size.posts) % 4096
    author = people[rng.integers(0, size.people, size.posts)]
    topics = np.full((size.posts, 8), -1)
    topics[:, :2] = rng.integers(0, 200, (size.posts, 2)) * [1, 2] + [1, 500]
    origin = np.zeros(size.posts, dtype=np.int64)
    reposts = np.flatnonzero((rng.random(size.posts) < 0.15) & (np.arange(size.posts) > 10))
    originals = np.flatnonzero(np.isin(np.arange(size.posts), reposts, invert=True))
    place = np.searchsorted(originals, reposts)
    source = originals[(place * rng.random(reposts.size)).astype(int)]
    origin[reposts] = ids[source]
    origin_author = np.zeros(size.posts, dtype=np.int64)
    origin_author[reposts] = author[source]
    world.load_posts(
        PostColumns(
            post_id=ids,
            author_id=author,
            created_ms=created,
            author_kind=np.where(author % 17 == 0, rng.integers(0, 4, size.posts), 0),
            origin_id=origin,
            origin_author_id=origin_author,
            words=rng.integers(0, 300, size.posts) * (rng.random(size.posts) < 0.9),
            flags=rng.integers(0, 8, size.posts),
            audience=rng.choice([0, 0, 0, 1, 1, 2, 3, 4], size.posts),
            topics=topics,
        )
    )
    me = people[0]
    friends = rng.choice(people[1:], min(size.ties, size.people - 1), replace=False)
    actor = people[rng.integers(0, size.people, size.acts)]
    actor[: size.acts // 60] = me
    on = rng.integers(0, size.posts, size.acts)
    loose = rng.random(size.acts) < 0.1
    target = np.where(loose, people[rng.integers(0, size.people, size.acts)], author[on])
    target[-size.acts // 100 :] = me
    favourites = friends[: max(len(friends) // 10, 1)]
    mine = np.flatnonzero((actor == me) & loose)
    target[mine] = favourites[rng.integers(0, favourites.size, mine.size)]
    kind = np.where(
        loose,
        rng.integers(10, 13, size.acts),
        rng.choice([0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8], size.acts),
    )
    world.load_acts(
        ActColumns(
            actor_id=actor,
            kind=kind,
            at_ms=NOON - rng.integers(0, 30 * DAY, size.acts),
            post_id=np.where(loose, 0, ids[on]),
            target_author_id=target,
        )
    )
    world.load_companies(people, people % 7)
    return world, _busy(rng, int(me), friends, ids)


def _busy(rng: np.random.Generator, me: int, friends: np.ndarray, ids: np.ndarray) -> Viewer:
    some = rng.choice(ids, 200)
    return Viewer(
        id=me,
        now_ms=NOON,
        connection_ids=friends,
        followed_ids=friends[:50] + 1_000_003,
        membership_ids=friends[50:60] + 1_000_003,
        blocked_ids=friends[-3:],
        muted_author_ids=friends[-6:-3],
        muted_thread_ids=some[:10],
        hidden_post_ids=some[10:20],
        read_post_ids=some[20:120],
        seen={int(id_): int(n) for id_, n in zip(some[100:], rng.integers(1, 5, 100), strict=True)},
        followed_topic_ids=[3, 4, 500],
        interest_set={7: 0.4, 9: 0.8},
        less=(
            LessLikeThis(NOON - DAY, author_id=int(friends[1])),
            LessLikeThis(NOON - 60 * DAY, topic_ids=(5,)),
        ),
        company_id=3,
    )
