"""Where candidates come from. A new source is one class here and one line in `home.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch, SourceTag
from kring.feed.stages import Context, Source
from kring.feed.world.columns import Ints, Rows, contains
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
