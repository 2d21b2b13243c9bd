"""What may not be shown, and what is not worth showing. The stage's name is the reason's code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kring.feed.batch import Batch
from kring.feed.stages import Context, Verdict, untouched, verdict
from kring.feed.viewer import may_see
from kring.feed.world import Audience
from kring.feed.world.columns import Bools, Ints, contains
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct


class OutOfAudience:
    """Posts for connections or for a group reach only those; direct ones are never candidates.

    A repost is public only as far as its original is.
    """

    name = "audience"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        keep = may_see(context.viewer, batch["audience"], batch.author_id)
        # Whoever is mentioned may see a post for a few; one for the mentioned alone is a message.
        keep |= batch["mentions_me"] & (batch["audience"] < Audience.DIRECT)
        reposts = np.flatnonzero(batch["origin_row"] >= 0)
        if reposts.size:
            posts, origin = context.world.posts, batch["origin_row"][reposts]
            audience, authors = posts.audience.view[origin], batch["origin_author_id"][reposts]
            shown = may_see(context.viewer, audience, authors) & ~posts.removed.view[origin]
            keep[reposts] &= shown
        return verdict(batch, keep)


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
        return untouched(batch)
    theirs = contains(batch.author_id, ids) | contains(batch["origin_author_id"], ids)
    return verdict(batch, ~theirs)


class MutedThread:
    """A thread is its top-level post and every repost of it."""

    name = "muted_thread"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        muted = context.viewer.muted_thread_ids
        if not muted.size:
            return untouched(batch)
        return verdict(
            batch, ~(contains(batch.post_id, muted) | contains(batch["origin_id"], muted))
        )


class Hidden:
    name = "hidden"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        return _without_posts(batch, context.viewer.hidden_post_ids)


class HomeOnly:
    """Authors who want to be shown to their own network alone: to connections and followers.

    Whoever passes their post on without a word does not carry it further either.
    """

    name = "home_only"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        authors = context.world.home_only_authors()
        if not authors.size:
            return untouched(batch)
        outside = _outside(context, batch.author_id, authors)
        outside |= batch["bare"] & _outside(context, batch["origin_author_id"], authors)
        return verdict(batch, ~outside | batch["mentions_me"])


def _outside(context: Context, author_ids: Ints, home_only: Ints) -> Bools:
    """By one of these authors, with whom the viewer has no tie."""
    viewer = context.viewer
    outside = contains(author_ids, home_only)
    for network in (viewer.connection_ids, viewer.followed_ids, viewer.membership_ids):
        outside &= ~contains(author_ids, network)
    return np.asarray(outside & (author_ids != viewer.id))


class MutedTopic:
    """About a topic the viewer wants nothing of; whoever mentions them still reaches them."""

    name = "muted_topic"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        if not context.viewer.muted_topic_ids.size:
            return untouched(batch)
        muted = _about(context, batch, context.viewer.muted_topic_ids)
        return verdict(batch, ~muted | batch["mentions_me"])


class OtherTopic:
    """About none of the topics the viewer asked this page to be about (R6)."""

    name = "other_topic"

    def filter(self, context: Context, batch: Batch) -> Verdict:
        wanted = context.viewer.only_topic_ids
        if not wanted.size:
            return untouched(batch)
        return verdict(batch, _about(context, batch, wanted))


def _about(context: Context, batch: Batch, topic_ids: Ints) -> Bools:
    """Whether one of these is among a post's topics."""
    numbers = context.world.posts.topic_ids.find_many(topic_ids)
    if not (numbers >= 0).any():
        return np.zeros(len(batch), dtype=np.bool_)
    topics = context.world.posts.topics.view[batch["content_row"]]
    return np.asarray(np.isin(topics, numbers[numbers >= 0]).any(axis=1))


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
            return untouched(batch)
        return _without_posts(batch, context.viewer.read_post_ids)


def _without_posts(batch: Batch, ids: Ints) -> Verdict:
    """Without these posts and what merely repeats them."""
    if not ids.size:
        return untouched(batch)
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
    if np.count_nonzero(keep & (batch["origin_id"] == 0)) >= minimum:
        return verdict(batch, keep)
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
        origin = batch["origin_id"]
        reposts = origin != 0
        if not reposts.any():
            return untouched(batch)
        # Whatever else stands alone.
        among = np.flatnonzero(reposts | contains(batch.post_id, np.sort(origin[reposts])))
        subject = _subject(batch)[among]
        echo = np.where(reposts[among], np.where(batch["bare"][among], 2, 1), 0)
        order = np.lexsort((-batch.post_id[among], echo, subject))
        among, ordered = among[order], subject[order]
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        if starts.size == among.size:
            return untouched(batch)
        merged = batch.sources.copy()
        merged[among[starts]] = np.bitwise_or.reduceat(batch.sources[among], starts)
        keep = np.ones(len(batch), dtype=np.bool_)
        keep[among] = False
        keep[among[starts]] = True
        return verdict(replace(batch, sources=merged), keep)
