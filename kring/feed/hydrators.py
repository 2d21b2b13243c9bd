"""Columns that more than one stage reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.response import standing_of
from kring.feed.stages import Context
from kring.feed.world.columns import Bools, Ints, Rows, contains
from kring.feed.world.kinds import COMMENTS


class PostFacts:
    """The columns of posts that more than one stage reads.

    thread_row: the row whose conversation and responses count: for a repost the original's
    content_row: the row whose words and topics one reads: for a bare repost the original's
    bare: a repost with hardly a word of its own; it has nothing that the original has not
    seen: times passed over; a bare repost counts with its original. Nothing of the kind counts
      once a strong tie has commented since: it is another matter now.
    """

    name = "post_facts"

    def hydrate(self, context: Context, batch: Batch) -> dict[str, NDArray[Any]]:
        posts, row = context.world.posts, batch.row
        origin_id = posts.origin_id.view.take(row)
        reposted, words = origin_id != 0, posts.words.view.take(row)
        bare = reposted & (words < context.policy.multipliers.bare_words)
        origin_row = np.full(len(batch), -1, dtype=np.int32)
        origin_author_id, thread_row, content_row = np.zeros_like(origin_id), row, row
        seen = _times_seen(context, batch.post_id)
        if reposted.any():
            origin_row[reposted] = posts.index.find_many(origin_id[reposted])
            origin_author = posts.origin_author.view.take(row)
            known = origin_author >= 0
            origin_author_id[known] = context.world.person_ids(origin_author[known])
            thread_row = np.where(origin_row >= 0, origin_row, row)
            content_row = np.where(bare, thread_row, row)
            seen = np.where(bare, np.maximum(seen, _times_seen(context, origin_id)), seen)
        if seen.any():
            seen = np.where(_news_from_ties(context, batch.post_id, thread_row, seen), 0, seen)
        return {
            "created_ms": posts.created_ms.view.take(row),
            "author_kind": posts.author_kind.view.take(row),
            "audience": posts.audience.view.take(row),
            "flags": posts.flags.view.take(row),
            "words": words,
            "origin_id": origin_id,
            "origin_row": origin_row,
            "origin_author_id": origin_author_id,
            "thread_row": thread_row,
            "content_row": content_row,
            "bare": bare,
            "seen": seen,
        }


def _times_seen(context: Context, post_ids: Ints) -> Ints:
    ids, times = context.viewer.seen_ids, context.viewer.seen_times
    if not ids.size:
        return np.zeros(len(post_ids), dtype=np.int64)
    place = np.minimum(np.searchsorted(ids, post_ids), ids.size - 1)
    return np.where(ids[place] == post_ids, times[place], 0)


def _news_from_ties(context: Context, post_ids: Ints, threads: Rows, seen: Ints) -> Bools:
    """Where a strong tie has commented since the viewer last passed the post over."""
    news = np.zeros(len(post_ids), dtype=np.bool_)
    acts, seen_at = context.profile.strong_acts, context.viewer.seen_at
    passed_over = np.flatnonzero(seen)
    if not seen_at or not passed_over.size or not len(acts):
        return news
    spoke = COMMENTS[acts.kind]
    rows, at_ms = acts.post_row[spoke], acts.at_ms[spoke]
    for at in passed_over[np.isin(threads[passed_over], rows)].tolist():
        last = seen_at.get(int(post_ids[at]), 0)
        news[at] = bool(last) and int(at_ms[rows == threads[at]].max()) > last
    return news


class Standing:
    """What the viewer is to each author; see `response.standing_of`."""

    name = "standing"

    def hydrate(self, context: Context, batch: Batch) -> dict[str, NDArray[Any]]:
        return standing_of(context.world, context.viewer, batch.author)._asdict()


class Copies:
    """copied: says nearly the same as an earlier post that is still there (R12)."""

    name = "copies"

    def hydrate(self, context: Context, batch: Batch) -> dict[str, NDArray[Any]]:
        posts = context.world.posts
        original = posts.texts.duplicate_of.view[batch["content_row"]]
        copied = original != 0
        if copied.any():
            row = posts.index.find_many(original[copied])
            there = row >= 0
            there[there] = ~posts.removed.view[row[there]]
            copied[copied] = there
        return {"copied": copied}


class Mentioned:
    """mentions_me: whether the viewer is mentioned in the post itself."""

    name = "mentioned"

    def hydrate(self, context: Context, batch: Batch) -> dict[str, NDArray[Any]]:
        world = context.world
        rows = world.posts.mentions.posts_mentioning(world.people.find(context.viewer.id))
        return {"mentions_me": contains(batch.row, rows)}
