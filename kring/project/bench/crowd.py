"""A synthetic community to measure on, as columns: heavy-tailed ties, four weeks of posts.

A member has about 100 connections (a few have thousands), writes 10 posts in four weeks, comments
10 times and reacts 20 times, mostly to people they know and to some of them far more than to
others. One post in twenty shares another. Words are filler and people are numbers: it is for
cost, never for judging a ranking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.core.clock import EPOCH_2000_MS
from kring.core.ids import BACKDATED_NODE, SEQUENCE_BITS, TIME_SHIFT
from kring.network.graph import distinct

Ints = NDArray[np.int64]
Rng = np.random.Generator

DAY_MS = 86_400_000
DAYS = 28
MEAN_TIES = 100
POSTS, COMMENTS, REACTIONS = 10, 10, 20
SHARED = 0.05
TOPICS = 200
TEXTS = 64
# Viewers to measure with, by number of connections; each class only where the community is at
# least twice as large.
CLASSES = (100, 500, 5_000)
EACH_CLASS = 8


@dataclass(frozen=True, eq=False)
class Crowd:
    """One array per column. People and posts are places in `member` and `post`; -1 is none.

    member, post: ids; posts come oldest first and hold the comments too
    owner, other: both sides of every connection, by owner; start: where each owner's begin
    origin: what a repost shares; answered: what a comment answers
    viewers: number of connections -> the members who have about as many
    """

    now_ms: int
    member: Ints
    owner: Ints
    other: Ints
    start: Ints
    post: Ints
    author: Ints
    created_ms: Ints
    origin: Ints
    answered: Ints
    variant: Ints
    topic_post: Ints
    topic: Ints
    reaction: Ints
    reacted_post: Ints
    reacted_by: Ints
    reacted_ms: Ints
    viewers: dict[int, list[int]]


def grow(*, members: int, seed: int, now_ms: int) -> Crowd:
    """The same community for the same arguments."""
    rng = np.random.default_rng(seed)
    owner, other = _ties(members, rng)
    start = np.searchsorted(owner, np.arange(members + 1))
    posts = _posts(members, (other, start), rng, now_ms)
    chosen = np.flatnonzero(posts["answered"] < 0)
    topic_post, topic = _topics(chosen, rng)
    return Crowd(
        now_ms=now_ms,
        member=_ids(now_ms - 400 * DAY_MS + np.arange(members) * 1000),
        owner=owner,
        other=other,
        start=start,
        topic_post=topic_post,
        topic=topic,
        viewers=_viewers(np.diff(start)),
        **posts,
        **_reactions(members, (other, start), posts, rng, now_ms),
    )


def _ids(ms: Ints) -> Ints:
    """Ids that carry these rising moments; those of one millisecond get rising sequences."""
    same = np.concatenate([[False], ms[1:] == ms[:-1]])
    place = np.arange(len(ms))
    first = np.maximum.accumulate(np.where(same, 0, place))
    made = (ms - EPOCH_2000_MS) << TIME_SHIFT | BACKDATED_NODE << SEQUENCE_BITS | (place - first)
    return np.asarray(made, dtype=np.int64)


def _ties(members: int, rng: Rng) -> tuple[Ints, Ints]:
    """Pairs drawn by weights with a Pareto tail (Chung-Lu), then a few made as large as asked."""
    mean = min(MEAN_TIES, members // 3)
    weight = np.minimum(rng.pareto(1.8, members) + 0.3, min(members / 20 + 1, 80))
    total = np.cumsum(weight / weight.sum())
    pairs = np.zeros(0, dtype=np.int64)
    for _ in range(8):
        missing = members * mean // 2 - len(pairs)
        if missing <= 0:
            break
        a, b = (np.searchsorted(total, rng.random(missing + missing // 8)) for _ in range(2))
        pairs = distinct(np.concatenate([pairs, _pair(a, b, members)]))
    forced = [_pair(np.full(ties, who), rng.choice(members, ties, replace=False), members)
              for who, ties in _forced(members)]  # fmt: skip
    kept = np.ones(len(pairs), dtype=np.bool_)
    for who, _ in _forced(members):
        kept &= (pairs // members != who) & (pairs % members != who)
    pairs = distinct(np.concatenate([pairs[kept], *forced]))
    a, b = pairs // members, pairs % members
    arcs = distinct(np.concatenate([a * members + b, b * members + a]))
    return arcs // members, arcs % members


def _forced(members: int) -> list[tuple[int, int]]:
    """(member, ties) of those who get exactly so many: chance makes too few very large ones."""
    return [
        (at * 3 + turn, ties)
        for at, ties in enumerate(CLASSES)
        for turn in range(3)
        if members >= 2 * ties
    ]


def _pair(a: Ints, b: Ints, members: int) -> Ints:
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.asarray((low * members + high)[low != high], dtype=np.int64)


def _viewers(ties: Ints) -> dict[int, list[int]]:
    """Up to eight members for each class that exists, nearest first."""
    found: dict[int, list[int]] = {}
    for wanted in CLASSES:
        if len(ties) >= 2 * wanted:
            nearest = np.argsort(np.abs(ties - wanted), kind="stable")[:EACH_CLASS]
            found[wanted] = nearest[np.abs(ties[nearest] - wanted) <= wanted // 4].tolist()
    return found or {int(ties.max()): [int(np.argmax(ties))]}


def _acquaintances(actor: Ints, ties: tuple[Ints, Ints], rng: Rng) -> Ints:
    """For each actor someone they know, a few of them far more often; -1 for nobody.

    Everyone has favourites of their own: strides spread them, or the first member would be dear
    to all who know them.
    """
    other, start = ties
    count = start[actor + 1] - start[actor]
    favour = (count * rng.random(len(actor)) ** 3).astype(np.int64)
    chosen = start[actor] + (favour * 7_919 + actor * 104_729) % np.maximum(count, 1)
    return np.where(count > 0, other[np.minimum(chosen, len(other) - 1)], -1)


def _posts(members: int, ties: tuple[Ints, Ints], rng: Rng, now_ms: int) -> dict[str, Any]:
    """Posts, reposts and comments together, oldest first."""
    count = members * POSTS
    often = np.cumsum(rng.lognormal(0, 1, members))
    author = np.searchsorted(often, rng.random(count) * often[-1])
    ms = now_ms - (rng.random(count) * DAYS * DAY_MS).astype(np.int64) - 60_000
    order = np.argsort(ms, kind="stable")
    author, ms = author[order], ms[order]
    sharing = np.flatnonzero(rng.random(count) < SHARED)
    origin = np.full(count, -1)
    origin[sharing] = _post_by(_acquaintances(author[sharing], ties, rng), author, rng)
    origin[(origin >= np.arange(count)) | (origin[origin] >= 0)] = -1
    # Nothing that is shared may be a repost itself: whoever shares one shares its original.
    origin[origin[origin] >= 0] = -1

    speaker = rng.integers(0, members, members * COMMENTS)
    under = _post_by(_acquaintances(speaker, ties, rng), author, rng)
    said = ms[under] + (rng.exponential(0.5, len(under)) * DAY_MS).astype(np.int64) + 1
    fits = (under >= 0) & (said < now_ms - 1_000) & (origin[under] < 0)
    speaker, under, said = speaker[fits], under[fits], said[fits]

    every_ms = np.concatenate([ms, said])
    order = np.argsort(every_ms, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    none = np.full(len(said), -1)
    shared = np.concatenate([np.where(origin >= 0, place[origin], -1), none])
    answered = np.concatenate([np.full(count, -1), place[under]])
    return {
        "post": _ids(every_ms[order]),
        "author": np.concatenate([author, speaker])[order],
        "created_ms": every_ms[order],
        "origin": shared[order],
        "answered": answered[order],
        "variant": rng.integers(0, TEXTS, len(order)),
    }


def _post_by(person: Ints, author: Ints, rng: Rng) -> Ints:
    """A random post of each person, as a place in `author`; -1 where they wrote none."""
    by_author = np.argsort(author, kind="stable")
    owners = author[by_author]
    first, last = np.searchsorted(owners, person), np.searchsorted(owners, person, side="right")
    chosen = first + ((last - first) * rng.random(len(person))).astype(np.int64)
    return np.where(last > first, by_author[np.minimum(chosen, len(by_author) - 1)], -1)


def _topics(posts: Ints, rng: Rng) -> tuple[Ints, Ints]:
    """One or two topics a post, some of them popular: (post, topic) pairs by topic."""
    twice = np.concatenate([posts, posts[rng.random(len(posts)) < 0.5]])
    topic = (TOPICS * rng.random(len(twice)) ** 2).astype(np.int64)
    pairs = distinct(topic << 40 | twice)
    return pairs & ((1 << 40) - 1), pairs >> 40


def _reactions(
    members: int, ties: tuple[Ints, Ints], posts: dict[str, Any], rng: Rng, now_ms: int
) -> dict[str, Any]:
    """At most one of a person on a post; by post and person."""
    top = np.flatnonzero((posts["answered"] < 0) & (posts["origin"] < 0))
    by = rng.integers(0, members, members * REACTIONS)
    on = _post_by(_acquaintances(by, ties, rng), posts["author"][top], rng)
    by, on = by[on >= 0], top[on[on >= 0]]
    pairs = distinct(on * members + by)
    on, by = pairs // members, pairs % members
    ms = posts["created_ms"][on] + (rng.exponential(0.5, len(on)) * DAY_MS).astype(np.int64) + 1
    fits = (ms < now_ms - 1_000) & (posts["author"][on] != by)
    on, by, ms = on[fits], by[fits], ms[fits]
    ids = np.empty(len(ms), dtype=np.int64)
    order = np.argsort(ms, kind="stable")
    ids[order] = _ids(ms[order])
    return {"reaction": ids, "reacted_post": on, "reacted_by": by, "reacted_ms": ms}
