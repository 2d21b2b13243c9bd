"""Where candidates come from. A new source is one class here and one line in `home.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch, SourceTag
from kring.feed.response import HOUR_MS, response_ratio
from kring.feed.stages import Context, Source
from kring.feed.world import Audience
from kring.feed.world.columns import Floats, Ints, Rows, contains
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct


class Connections:
    """The youngest posts of people the viewer is connected with."""

    name, tag = "connections", SourceTag.CONNECTIONS

    def find(self, context: Context) -> Rows:
        authors = context.viewer.connection_ids
        return _youngest_by(context, authors, context.policy.sources.connections_quota)


class Follows:
    """The youngest posts of whom the viewer follows, and of their pages and groups."""

    name, tag = "follows", SourceTag.FOLLOWS

    def find(self, context: Context) -> Rows:
        viewer = context.viewer
        authors = distinct(np.concatenate([viewer.followed_ids, viewer.membership_ids]))
        return _youngest_by(context, authors, context.policy.sources.follows_quota)


class StrongTies:
    """What a strong tie commented on or passed on in public, latest act first."""

    name, tag = "strong_ties", SourceTag.STRONG_TIES

    def find(self, context: Context) -> Rows:
        acts = context.profile.strong_acts
        latest_first = acts.post_row[np.lexsort((-acts.rows, -acts.at_ms))]
        _, first = np.unique(latest_first, return_index=True)
        rows = _existing(context, latest_first[np.sort(first)])
        return _within_quota(context, rows, context.policy.sources.strong_ties_quota)


class Topics:
    """Well received posts of strangers on the topics the viewer cares most about (R3, R6).

    By relative engagement, never by counts: what few saw and many answered stands first. Whoever
    names many topics names none: such a post is found by what its words are about.
    """

    name, tag = "topics", SourceTag.TOPICS

    def find(self, context: Context) -> Rows:
        rules, posts = context.policy.sources, context.world.posts
        interest = context.profile.interest
        if not interest.size or not rules.topics_quota:
            return np.zeros(0, dtype=np.int32)
        followed = posts.topic_ids.find_many(context.viewer.followed_topic_ids)
        wanted = interest > 0
        wanted[followed[followed >= 0]] = True
        liked = np.flatnonzero(wanted)
        order = np.lexsort((posts.topic_ids.ids.view[liked], -interest[liked]))
        best = liked[order[: rules.topics_count]]
        rows = distinct(posts.by_topic.newest(best.astype(np.int32), rules.topics_each))
        rows = _existing(context, rows)
        oldest = context.viewer.now_ms - context.policy.filters.age_limit_days * DAY_MS
        shown = (posts.audience.view[rows] <= Audience.MEMBERS) & (posts.origin_id.view[rows] == 0)
        about, named = (
            np.isin(posts.topics.view[rows], best),
            posts.named_topics.view[rows][:, None],
        )
        about &= (named <= rules.topics_named) | (np.arange(about.shape[1]) >= named)
        shown &= about.any(axis=1)
        rows = rows[shown & (posts.created_ms.view[rows] >= oldest)]
        ratio = response_ratio(context.world, rows, context.viewer.now_ms, context.policy)
        order = np.lexsort((-posts.index.ids.view[rows], -ratio))
        return _within_quota(context, rows[order], rules.topics_quota)


class FirstHearing:
    """New posts of the viewer's ties that few have seen yet: everybody gets a first hearing.

    Stage 0 of a post's reach (FEED.md): until `test_reach` people have seen it, it is shown to a
    part of those who may, chosen by hash, the same part whenever they look.
    """

    name, tag = "test_audience", SourceTag.TEST_AUDIENCE

    def find(self, context: Context) -> Rows:
        rules, viewer = context.policy.sources, context.viewer
        authors = distinct(np.concatenate([viewer.connection_ids, viewer.followed_ids]))
        people = context.world.people.find_many(authors)
        rows = _existing(context, context.world.posts.by_author.newest(people, 1))
        posts, table = context.world.posts, context.world.exposures
        new = viewer.now_ms - posts.created_ms.view[rows] <= rules.test_hours * HOUR_MS
        rows = rows[new & (posts.origin_id.view[rows] == 0)]
        reach = np.zeros(len(rows))
        held = rows < len(table.reach)
        reach[held] = table.reach.view[rows[held]]
        ids = posts.index.ids.view[rows]
        drawn = hash_share(ids, viewer.id, context.seed) < rules.test_share
        rows, ids = (
            rows[drawn & (reach < rules.test_reach)],
            ids[drawn & (reach < rules.test_reach)],
        )
        return _within_quota(context, rows[np.argsort(-ids)], rules.test_audience_quota)


class Mentions:
    """Posts in which the viewer is mentioned: always (R7)."""

    name, tag = "mentions", SourceTag.MENTIONS

    def find(self, context: Context) -> Rows:
        world = context.world
        rows = world.posts.mentions.posts_mentioning(world.people.find(context.viewer.id))
        rows = _existing(context, rows)
        newest = rows[np.argsort(-world.posts.index.ids.view[rows])]
        return _within_quota(context, newest, context.policy.sources.mentions_quota)


def hash_share(ids: Ints, viewer_id: int, seed: int) -> Floats:
    """A number in [0, 1) per post, the same for one viewer and seed (SplitMix64's finaliser)."""
    with np.errstate(over="ignore"):
        z = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z ^= np.uint64((viewer_id * 0xBF58476D1CE4E5B9 + seed) & 0xFFFFFFFFFFFFFFFF)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def gather(sources: tuple[Source, ...], context: Context) -> tuple[Batch, dict[str, int]]:
    """One batch of all sources' posts, each once, newest first; and how many each brought."""
    found = [(source.tag, source.find(context)) for source in sources]
    rows = np.concatenate([rows for _, rows in found] or [np.zeros(0, np.int32)])
    tags = np.repeat([tag for tag, _ in found], [len(rows) for _, rows in found])
    order = np.lexsort((np.arange(rows.size), rows))
    rows, tags = rows[order], tags[order]
    starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])[: rows.size])
    bits: NDArray[np.uint32] = np.left_shift(1, tags).astype(np.uint32)
    bits = np.bitwise_or.reduceat(bits, starts) if starts.size else bits
    rows, first = rows[starts], tags[starts].astype(np.uint8)
    posts = context.world.posts
    ids = posts.index.ids.view[rows]
    newest = np.argsort(-ids)
    rows = rows[newest]
    batch = Batch(
        post_id=ids[newest],
        row=rows,
        author_id=context.world.person_ids(posts.author.view[rows]),
        author=posts.author.view[rows],
        source=first[newest],
        sources=bits[newest],
    )
    counts = {source.name: len(found[at][1]) for at, source in enumerate(sources)}
    return batch, counts


def _youngest_by(context: Context, author_ids: Ints, quota: int) -> Rows:
    authors = context.world.people.find_many(author_ids)
    # Who knows few people gets more of each, so that the quota can still be filled.
    each = max(context.policy.sources.posts_each, quota // max(len(authors), 1))
    rows = context.world.posts.by_author.newest(authors, each)
    rows = _existing(context, rows)
    youngest_first = np.argsort(-context.world.posts.index.ids.view[rows])
    return _within_quota(context, rows[youngest_first], quota)


def _existing(context: Context, rows: Rows) -> Rows:
    """Neither removed nor of a moment that has yet to come."""
    posts = context.world.posts
    there = ~posts.removed.view[rows] & (posts.created_ms.view[rows] <= context.viewer.now_ms)
    return np.asarray(rows[there])


def _within_quota(context: Context, rows: Rows, quota: int) -> Rows:
    """The first rows up to `quota` unread ones.

    What was read comes along, so that the filter that removes it can say so, but takes up no
    place: a diligent reader would otherwise run out of candidates.
    """
    read = contains(context.world.posts.index.ids.view[rows], context.viewer.read_post_ids)
    return np.asarray(rows[np.cumsum(~read) <= quota])
