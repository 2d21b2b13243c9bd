"""What may not be shown, and what is not worth showing. The stage's name is the reason's code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.stages import Context, Verdict, verdict
from kring.feed.world import Audience
from kring.feed.world.columns import Bools, Ints, contains
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct


class PostFacts:
    """Hydrator: the columns of posts that more than one stage reads.

    thread_row: the row whose conversation and responses count: for a repost the original's
    content_row: the row whose words and topics one reads: for a bare repost the original's
    bare: a repost with hardly a word of its own; it has nothing that the original has not
    seen: times passed over; a bare repost counts with its original
    """

    name = "post_facts"

    def hydrate(self, context: Context, batch: Batch) -> dict[str, NDArray[Any]]:
        posts, row = context.world.posts, batch.row
        origin_id, origin_author = posts.origin_id.view[row], posts.origin_author.view[row]
        origin_row = np.full(len(batch), -1, dtype=np.int32)
        reposts = np.flatnonzero(origin_id)
        origin_row[reposts] = posts.index.find_many(origin_id[reposts])
        words = posts.words.view[row]
        bare = (origin_id != 0) & (words < context.policy.multipliers.bare_words)
        ids = context.world.person_ids(np.maximum(origin_author, 0)) if reposts.size else origin_id
        seen = _times_seen(context, batch.post_id)
        seen = np.where(bare, np.maximum(seen, _times_seen(context, origin_id)), seen)
        return {
            "created_ms": posts.created_ms.view[row],
            "author_kind": posts.author_kind.view[row],
            "audience": posts.audience.view[row],
            "flags": posts.flags.view[row],
            "words": words,
            "origin_id": origin_id,
            "origin_row": origin_row,
            "origin_author_id": np.where(origin_author >= 0, ids, 0),
            "thread_row": np.where(origin_row >= 0, origin_row, row),
            "content_row": np.where(bare & (origin_row >= 0), origin_row, row),
            "bare": bare,
            "seen": seen,
        }


def _times_seen(context: Context, post_ids: Ints) -> Ints:
    ids, times = context.viewer.seen_ids, context.viewer.seen_times
    if not ids.size:
        return np.zeros(len(post_ids), dtype=np.int64)
    place = np.minimum(np.searchsorted(ids, post_ids), ids.size - 1)
    return np.where(ids[place] == post_ids, times[place], 0)


class OutOfAudience:
    """Posts for connections or for a group reach only those; direct ones are never candidates.

    A repost is public only as far as its original is.
    """

    name = "audience"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        keep = _may_see(context, batch["audience"], batch.author_id)
        if batch["origin_id"].any():
            origin = batch["origin_row"]
            audience = context.world.posts.audience.view[np.maximum(origin, 0)]
            shown = _may_see(context, audience, batch["origin_author_id"])
            gone = context.world.posts.removed.view[np.maximum(origin, 0)]
            keep &= (origin < 0) | (shown & ~gone)
        return verdict(batch, keep)


def _may_see(context: Context, audience: NDArray[np.uint8], author_ids: Ints) -> Bools:
    shown = audience <= Audience.MEMBERS
    if shown.all():
        return shown
    viewer = context.viewer
    connected = contains(author_ids, viewer.connection_ids)
    member = contains(author_ids, viewer.membership_ids)
    shown |= (audience == Audience.CONNECTIONS) & connected
    shown |= (audience == Audience.GROUP) & member
    return np.asarray(shown)


class Blocked:
    """Neither posts by someone blocked, in either direction, nor reposts of theirs."""

    name = "blocked"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        return _without_authors(batch, context.viewer.blocked_ids)


class MutedAuthor:
    name = "muted_author"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        return _without_authors(batch, context.viewer.muted_author_ids)


def _without_authors(batch: Batch, ids: Ints) -> Verdict:
    if not ids.size:
        return verdict(batch, np.ones(len(batch), np.bool_))
    theirs = contains(batch.author_id, ids) | contains(batch["origin_author_id"], ids)
    return verdict(batch, ~theirs)


class MutedThread:
    """A thread is its top-level post and every repost of it."""

    name = "muted_thread"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        muted = context.viewer.muted_thread_ids
        return verdict(
            batch, ~(contains(batch.post_id, muted) | contains(batch["origin_id"], muted))
        )


class Hidden:
    name = "hidden"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        return _without_posts(batch, context.viewer.hidden_post_ids)


class Own:
    """One's own posts, and bare reposts of them."""

    name = "own"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        me = context.viewer.id
        echoed = batch["bare"] & (batch["origin_author_id"] == me)
        return verdict(batch, ~((batch.author_id == me) | echoed))


class AlreadyRead:
    name = "read"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        if not context.policy.filters.drop_read:
            return verdict(batch, np.ones(len(batch), np.bool_))
        return _without_posts(batch, context.viewer.read_post_ids)


def _without_posts(batch: Batch, ids: Ints) -> Verdict:
    """Without these posts and what merely repeats them."""
    echoed = batch["bare"] & contains(batch["origin_id"], ids)
    return verdict(batch, ~(contains(batch.post_id, ids) | echoed))


class SeenOften:
    """Passed over so often that it is an answer, unless the page would be left short."""

    name = "seen"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        return _unless_short(context, batch, batch["seen"] < context.policy.filters.seen_limit)


class TooOld:
    """Older than the limit, unless the page would be left short: the youngest come back first."""

    name = "age"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        limit_ms = context.policy.filters.age_limit_days * DAY_MS
        young = context.viewer.now_ms - batch["created_ms"] <= limit_ms
        return _unless_short(context, batch, young)


def _unless_short(context: Context, batch: Batch, keep: Bools) -> Verdict:
    """Let back the youngest of what would go until `min_candidates` subjects remain.

    Subjects, because reposts of one original will be folded into one row.
    """
    if keep.all():
        return verdict(batch, keep)
    minimum = context.policy.filters.min_candidates
    subject = _subject(batch)
    kept_subjects = distinct(subject[keep])
    short = minimum - kept_subjects.size
    if short <= 0:
        return verdict(batch, keep)
    out = np.flatnonzero(~keep)
    out = out[np.argsort(-batch.post_id[out], kind="stable")]
    new = ~contains(subject[out], kept_subjects)
    _, first = np.unique(subject[out], return_index=True)
    returning = out[np.intersect1d(first, np.flatnonzero(new))[:short]]
    keep = keep.copy()
    keep[returning] = True
    return verdict(batch, keep, returned=len(returning))


def _subject(batch: Batch) -> Ints:
    return np.where(batch["origin_id"] != 0, batch["origin_id"], batch.post_id)


class Folded:
    """One row per original: itself if it is there, else a repost with own words, else the newest.

    The row that stays inherits the sources of those folded into it.
    """

    name = "folded"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        if not batch["origin_id"].any():
            return verdict(batch, np.ones(len(batch), np.bool_))
        subject = _subject(batch)
        echo = np.where(batch["origin_id"] == 0, 0, np.where(batch["bare"], 2, 1))
        order = np.lexsort((-batch.post_id, echo, subject))
        ordered = subject[order]
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        merged = batch.sources.copy()
        merged[order[starts]] = np.bitwise_or.reduceat(batch.sources[order], starts)
        keep = np.zeros(len(batch), dtype=np.bool_)
        keep[order[starts]] = True
        return verdict(replace(batch, sources=merged), keep)
