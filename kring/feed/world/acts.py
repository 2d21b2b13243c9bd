"""What people did, as columns: reads, reactions, comments, invitations accepted.

An act on a repost is written twice: once on the original, which it credits in full, and once as
`passed_on` towards the person who reposted, whose tie gets a share (policy, `resharer_share`).
The second row touches no post, so nothing is counted double.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Bools, Column, GroupedRows, IdIndex, Ints, Rows
from kring.feed.world.crowd import Tallies, Tally
from kring.feed.world.exposures import Exposure, ExposureTable
from kring.feed.world.kinds import COMMENTS, ENGAGES, OPENS, REJECTS, RESPONSES
from kring.feed.world.posts import DAY_MS, PostTable

RING_DAYS = 8


@dataclass(frozen=True)
class Act:
    """One act as its event tells it. `post_id` is the top-level post of the thread, or 0."""

    actor_id: int
    kind: int
    at_ms: int
    post_id: int = 0
    target_author_id: int = 0


@dataclass(frozen=True)
class ActColumns:
    """Many acts, one array per field of `Act`, all of one length."""

    actor_id: Ints
    kind: Ints
    at_ms: Ints
    post_id: Ints
    target_author_id: Ints


@dataclass(frozen=True)
class ActView:
    """Some acts, oldest first by arrival: the living rows of one grouping."""

    rows: Rows
    actor: Rows
    target: Rows
    kind: Ints
    at_ms: Ints
    post_row: Rows
    passed_on: Bools

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class ActTable:
    """The columns themselves. People are dense numbers of `posts.people`; -1 is nobody."""

    posts: PostTable
    exposures: ExposureTable
    actor: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    target: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    kind: Column[np.uint8] = field(default_factory=lambda: Column(np.uint8))
    at_ms: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    post_id: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    post_row: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    passed_on: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    removed: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    by_actor: GroupedRows = field(default_factory=GroupedRows)
    by_target: GroupedRows = field(default_factory=GroupedRows)
    by_post: GroupedRows = field(default_factory=GroupedRows)
    early: set[int] = field(default_factory=set)
    # Living acts by which each person opened something: how much their company says of a post.
    opened_by: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    ring: Column[np.int32] = field(default_factory=lambda: Column(np.int32, width=RING_DAYS))
    ring_day: Column[np.int64] = field(default_factory=lambda: Column(np.int64, width=RING_DAYS))

    @property
    def people(self) -> IdIndex:
        return self.posts.people

    def __len__(self) -> int:
        return len(self.actor)

    def load(self, acts: ActColumns) -> None:
        """Append many acts at once, without looking for repeats, and count everything anew."""
        post_id = np.asarray(acts.post_id, dtype=np.int64)
        row = self.posts.index.find_many(post_id)
        target = np.asarray(acts.target_author_id, dtype=np.int64)
        origin = np.zeros(len(row), dtype=np.int64)
        known = row >= 0
        origin[known] = self.posts.origin_id.view[row[known]]
        reposted = np.flatnonzero(origin)
        people = self.people
        actor = people.add_many(np.asarray(acts.actor_id, dtype=np.int64))
        number = np.where(target == 0, -1, people.add_many(target)).astype(np.int32)
        resharer = self.posts.author.view[row[reposted]]
        author = self.posts.origin_author.view[row[reposted]]
        credited, named = number.copy(), number[reposted]
        credited[reposted] = np.where((named == -1) | (named == resharer), author, named)
        final_id = np.where(origin != 0, origin, post_id)
        final_row = np.where(origin != 0, self.posts.index.find_many(final_id), row)
        kind, at_ms = np.asarray(acts.kind), np.asarray(acts.at_ms)
        self.actor.extend(np.concatenate([actor, actor[reposted]]))
        self.target.extend(np.concatenate([credited, resharer]))
        self.kind.extend(np.concatenate([kind, kind[reposted]]))
        self.at_ms.extend(np.concatenate([at_ms, at_ms[reposted]]))
        self.post_id.extend(np.concatenate([final_id, post_id[reposted]]))
        self.post_row.extend(np.concatenate([final_row, np.full(len(reposted), -1)]))
        self.passed_on.extend(np.arange(len(kind) + len(reposted)) >= len(kind))
        self.removed.fill_to(len(self), False)
        self._regroup()
        self.recount()

    def add(self, act: Act) -> bool:
        """Append one act; False when the very same one is known (an event delivered twice)."""
        post_id, target, resharer = self._credit(act.post_id, act.target_author_id)
        actor = self.people.add(act.actor_id)
        same = self._matching(actor, act.kind, post_id, target)
        if (self.at_ms.view[same] == act.at_ms).any():
            return False
        row = self.posts.index.find(post_id) if post_id else -1
        if post_id and row < 0:
            self.early.add(post_id)
        before = self._tally(actor, row)
        self._append(act, actor, target, (post_id, row), False)
        self._count(actor, act.kind, row, act.at_ms, 1, before)
        if resharer >= 0:
            self._append(act, actor, resharer, (act.post_id, -1), True)
        if self.by_actor.overgrown:
            self._regroup()
        return True

    def remove(self, actor_id: int, kind: int, post_id: int, target_author_id: int) -> bool:
        """Undo the latest such act; False when there is none (an event delivered twice)."""
        own_id, target, _ = self._credit(post_id, target_author_id)
        actor = self.people.find(actor_id)
        if not post_id and target < 0:
            return False
        latest = self._matching(actor, kind, own_id, target if not post_id else None)[-1:]
        if not latest.size:
            return False
        row, at_ms = int(self.post_row.view[latest[0]]), int(self.at_ms.view[latest[0]])
        # The resharer's row is known by its moment: whoever undoes may name only the original.
        rows = self.by_actor.rows(actor)
        shared = self.passed_on.view[rows] & (self.kind.view[rows] == kind)
        before = self._tally(actor, row)
        self.removed.view[rows[shared & (self.at_ms.view[rows] == at_ms)]] = True
        self.removed.view[latest] = True
        self._count(actor, kind, row, at_ms, -1, before)
        return True

    def add_exposure(self, exposure: Exposure) -> bool:
        """Take in who saw what, knowing what they have done with it already."""
        row = int(self.exposures.rows_of(np.array([exposure.post_id]))[0])
        viewer = self.people.find(exposure.viewer_id)
        responded = viewer >= 0 and self._tally(viewer, row).responded
        return self.exposures.add(exposure, responded=responded)

    def select(self, rows: Rows) -> ActView:
        rows = rows[~self.removed.view[rows]]
        return ActView(
            rows=rows,
            actor=self.actor.view[rows],
            target=self.target.view[rows],
            kind=self.kind.view[rows].astype(np.int64),
            at_ms=self.at_ms.view[rows],
            post_row=self.post_row.view[rows],
            passed_on=self.passed_on.view[rows],
        )

    def adopt(self, post_row: int) -> None:
        """Count the acts on a post that were told before the post was."""
        post_id = int(self.posts.index.ids.view[post_row])
        if post_id in self.early:
            self.early.remove(post_id)
            same = (self.post_id.view == post_id) & ~self.passed_on.view
            self.post_row.view[same] = post_row
            self._regroup()
            self.recount()

    def recount(self) -> None:
        """Every counter from the beginning."""
        live = np.flatnonzero(~self.removed.view & (self.post_row.view >= 0))
        row, kind = self.post_row.view[live], self.kind.view[live]
        actor, at_ms = self.actor.view[live], self.at_ms.view[live]
        posts = self.posts
        author = posts.author.view[row]
        own = actor == author
        answers = row[own & COMMENTS[kind]]
        posts.author_answers.view[:] = np.bincount(answers, minlength=len(posts))
        pair_row, pair_actor, tallies = _tallies(row[~own], actor[~own], kind[~own], at_ms[~own])
        for counter, chosen in (
            (posts.responders, tallies.responded),
            (posts.commenters, tallies.commented),
        ):
            counter.view[:] = np.bincount(pair_row[chosen], minlength=len(posts))
        posts.crowd.lengthen(len(posts), len(self.people))
        posts.crowd.recount(pair_row, posts.credited(), tallies)
        posts.recount()
        self.exposures.recount(pair_row[tallies.responded], pair_actor[tallies.responded])
        every = np.flatnonzero(~self.removed.view & ~self.passed_on.view & OPENS[self.kind.view])
        self.opened_by = Column(np.int32)
        self.opened_by.extend(np.bincount(self.actor.view[every], minlength=len(self.people)))
        responded = RESPONSES[kind] & ~own
        self._ring_of(author[responded], at_ms[responded] // DAY_MS)

    def responses_in(self, authors: Rows, now_ms: int, days: int) -> Ints:
        """Responses each author received on the last `days` calendar days (UTC, at most 8)."""
        today = now_ms // DAY_MS
        received = np.zeros(len(authors), dtype=np.int64)
        known = authors < len(self.ring)
        day = self.ring_day.view[authors[known]]
        recent = (day > today - days) & (day <= today)
        received[known] = (self.ring.view[authors[known]] * recent).sum(axis=1)
        return received

    def _ring_of(self, author: Rows, day: Ints) -> None:
        self.ring = Column(np.int32, width=RING_DAYS)
        self.ring_day = Column(np.int64, width=RING_DAYS)
        self._grow_ring()
        slot = day % RING_DAYS
        np.maximum.at(self.ring_day.view, (author, slot), day)
        newest = self.ring_day.view[author, slot] == day
        np.add.at(self.ring.view, (author[newest], slot[newest]), 1)

    def _grow_ring(self) -> None:
        self.ring.fill_to(len(self.people), 0)
        self.ring_day.fill_to(len(self.people), 0)

    def _credit(self, post_id: int, target_id: int) -> tuple[int, int, int]:
        """Which post and person an act credits, and the resharer (-1) who gets a share.

        A reply to a third person in the thread of a repost stays theirs.
        """
        row = self.posts.index.find(post_id) if post_id else -1
        target = self.people.add(target_id) if target_id else -1
        if row < 0 or not self.posts.origin_id.view[row]:
            return post_id, target, -1
        resharer, author = int(self.posts.author.view[row]), int(self.posts.origin_author.view[row])
        if target in (-1, resharer):
            target = author
        return int(self.posts.origin_id.view[row]), target, resharer

    def _matching(self, actor: int, kind: int, post_id: int, target: int | None) -> Rows:
        rows = self.by_actor.rows(actor)
        same = (self.kind.view[rows] == kind) & (self.post_id.view[rows] == post_id)
        same &= ~self.passed_on.view[rows]
        if target is not None:
            same &= self.target.view[rows] == target
        return np.asarray(rows[same & ~self.removed.view[rows]])

    def _append(
        self, act: Act, actor: int, target: int, post: tuple[int, int], passed_on: bool
    ) -> None:
        row = len(self)
        self.actor.append(actor)
        self.target.append(target)
        self.kind.append(act.kind)
        self.at_ms.append(act.at_ms)
        self.post_id.append(post[0])
        self.post_row.append(post[1])
        self.passed_on.append(passed_on)
        self.removed.append(False)
        self.by_actor.add(actor, row)
        self.by_target.add(target, row)
        self.by_post.add(post[1], row)

    def _tally(self, actor: int, row: int) -> Tally:
        """What one person has done with one post so far."""
        if row < 0:
            return Tally()
        rows = self.by_actor.rows(actor)
        rows = rows[(self.post_row.view[rows] == row) & ~self.removed.view[rows]]
        kinds = self.kind.view[rows]
        opened = self.at_ms.view[rows[OPENS[kinds]]]
        return Tally(
            opened_ms=int(opened.min()) if opened.size else -1,
            engaged=bool(ENGAGES[kinds].any()),
            responded=bool(RESPONSES[kinds].any()),
            commented=bool(COMMENTS[kinds].any()),
            rejected=bool(REJECTS[kinds].any()),
        )

    def _count(
        self, actor: int, kind: int, row: int, at_ms: int, change: int, before: Tally
    ) -> None:
        """Move the counters for an act that has just come (1) or gone (-1)."""
        if OPENS[kind]:
            self.opened_by.fill_to(len(self.people), 0)
            self.opened_by.view[actor] += change
        if row < 0:
            return
        posts, author = self.posts, int(self.posts.author.view[row])
        if actor == author:
            posts.author_answers.view[row] += change * int(COMMENTS[kind])
            return
        after = self._tally(actor, row)
        posts.crowd.lengthen(len(posts), len(self.people))
        counted = author if posts.counts(row) else -1
        posts.crowd.change(row, counted, before, after)
        posts.commenters.view[row] += int(after.commented) - int(before.commented)
        responded = int(after.responded) - int(before.responded)
        if responded:
            posts.count_response(row, responded)
            self.exposures.set_responded(row, actor, after.responded)
        if RESPONSES[kind]:
            self._count_in_ring(author, at_ms // DAY_MS, change)

    def _count_in_ring(self, author: int, day: int, change: int) -> None:
        self._grow_ring()
        slot = day % RING_DAYS
        if self.ring_day.view[author, slot] < day:
            self.ring_day.view[author, slot], self.ring.view[author, slot] = day, 0
        if self.ring_day.view[author, slot] == day:
            self.ring.view[author, slot] += change

    def _regroup(self) -> None:
        at_ms = self.at_ms.view
        self.by_actor.rebuild(self.actor.view, at_ms)
        self.by_target.rebuild(self.target.view, at_ms)
        self.by_post.rebuild(self.post_row.view, at_ms)


def _tallies(
    row: Rows, actor: Rows, kind: NDArray[np.uint8], at_ms: Ints
) -> tuple[Rows, Rows, Tallies]:
    """One tally per post and person: the post's row, the person, and what they did with it."""
    pairs = row.astype(np.int64) << 32 | actor
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])[: pairs.size])
    kind, at_ms = kind[order], at_ms[order]
    never = np.iinfo(np.int64).max

    def any_of(table: Bools) -> Bools:
        if not starts.size:
            return np.zeros(0, dtype=np.bool_)
        return np.asarray(np.logical_or.reduceat(table[kind], starts))

    opened = np.where(OPENS[kind], at_ms, never)
    first = np.minimum.reduceat(opened, starts) if starts.size else opened
    tallies = Tallies(
        opened_ms=np.where(first == never, -1, first),
        engaged=any_of(ENGAGES),
        responded=any_of(RESPONSES),
        commented=any_of(COMMENTS),
        rejected=any_of(REJECTS),
    )
    return (
        (pairs[starts] >> 32).astype(np.int32),
        (pairs[starts] & 0xFFFFFFFF).astype(np.int32),
        tallies,
    )
