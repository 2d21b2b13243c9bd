"""What people did, as columns: reads, reactions, comments, invitations accepted.

An act on a repost is written twice: once on the original, which it credits in full, and once as
`passed_on` towards the person who reposted, whose tie gets a share (policy, `resharer_share`).
The second row touches no post, so nothing is counted double.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Bools, Column, GroupedRows, IdIndex, Ints, Rows, contains
from kring.feed.world.crowd import NOTHING, Tallies, Tally
from kring.feed.world.exposures import Exposure, ExposureTable
from kring.feed.world.kinds import COMMENTS, ENGAGES, OPENS, REJECTS, RESPONSES
from kring.feed.world.posts import DAY_MS, PostTable

RING_DAYS = 8
EARLY_KEPT = 4096
COUNTED = (COMMENTS, ENGAGES, OPENS, REJECTS, RESPONSES)


@dataclass(frozen=True)
class Act:
    """One act as its event tells it. `post_id` is the top-level post of the thread, or 0."""

    actor_id: int
    kind: int
    at_ms: int
    post_id: int = 0
    target_author_id: int = 0


@dataclass(frozen=True)
class Undone:
    """Which act to undo: on that post or, without a post, towards that person.

    at_ms: the one of that moment, 0 for the latest; exact: one by way of a repost is undone only
    where that repost is named, and one on the original only where that is
    """

    actor_id: int
    kind: int
    post_id: int = 0
    target_author_id: int = 0
    at_ms: int = 0
    exact: bool = False


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
    # Ids of people who are gone: what they did and what was done towards them is left out.
    gone: set[int]
    actor: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    target: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    kind: Column[np.uint8] = field(default_factory=lambda: Column(np.uint8))
    at_ms: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    post_id: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    post_row: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    passed_on: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    removed: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    by_actor: GroupedRows = field(init=False)
    by_target: GroupedRows = field(init=False)
    by_post: GroupedRows = field(init=False)
    # Posts that were acted upon before they were told of; bounded, since comments come here too.
    early: dict[int, None] = field(default_factory=dict)
    # Living acts by which each person opened something: how much their company says of a post.
    opened_by: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    ring: Column[np.int32] = field(default_factory=lambda: Column(np.int32, width=RING_DAYS))
    ring_day: Column[np.int64] = field(default_factory=lambda: Column(np.int64, width=RING_DAYS))

    def __post_init__(self) -> None:
        self.by_actor = GroupedRows(self.at_ms)
        self.by_target = GroupedRows(self.at_ms)
        self.by_post = GroupedRows(self.at_ms)

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
        number[known] = np.where(
            number[known] == -1, self.posts.author.view[row[known]], number[known]
        )
        credited, named = number.copy(), number[reposted]
        credited[reposted] = np.where(named == resharer, author, named)
        final_id = np.where(origin != 0, origin, post_id)
        final_row = np.where(origin != 0, self.posts.index.find_many(final_id), row)
        kind, at_ms = np.asarray(acts.kind), np.asarray(acts.at_ms)
        columns = (
            (self.actor, np.concatenate([actor, actor[reposted]])),
            (self.target, np.concatenate([credited, resharer])),
            (self.kind, np.concatenate([kind, kind[reposted]])),
            (self.at_ms, np.concatenate([at_ms, at_ms[reposted]])),
            (self.post_id, np.concatenate([final_id, post_id[reposted]])),
            (self.post_row, np.concatenate([final_row, np.full(len(reposted), -1)])),
            (self.passed_on, np.arange(len(kind) + len(reposted)) >= len(kind)),
        )
        present = self._present(columns[0][1], columns[1][1])
        # On nothing and towards nobody: what is left of an act on words of somebody forgotten.
        present &= (columns[1][1] >= 0) | (columns[5][1] >= 0)
        present[len(kind) :] &= present[reposted]
        for column, values in columns:
            column.extend(values[present])
        self.removed.fill_to(len(self), False)
        self._regroup()
        self.recount()

    def add(self, act: Act) -> bool:
        """Append one act; False when the very same one is known, or one of the two is gone."""
        post_id, target, resharer = self._credit(act.post_id, act.target_author_id)
        actor = self.people.add(act.actor_id)
        if self._is_gone(actor) or self._is_gone(target):
            return False
        mine = self.by_actor.rows(actor)
        if (self.at_ms.view[mine] == act.at_ms).any():
            same = self._matching(actor, act.kind, post_id, target)
            if (self.at_ms.view[same] == act.at_ms).any():
                return False
        row = self.posts.index.find(post_id) if post_id else -1
        if post_id and row < 0:
            self.early[post_id] = None
            if len(self.early) > EARLY_KEPT:
                del self.early[next(iter(self.early))]
        before = self._tally(actor, row)
        self._append(act, actor, target, (post_id, row), False)
        self._count(row, (actor, act.kind, act.at_ms), before, before.plus(act.kind, act.at_ms))
        if resharer >= 0 and not self._is_gone(resharer):
            self._append(act, actor, resharer, (act.post_id, -1), True)
        return True

    def remove(self, undone: Undone) -> bool:
        """Undo the latest such act; False when there is none (an event delivered twice)."""
        found = self._find(undone)
        if found < 0:
            return False
        self.drop(self._with_passed_on(found))
        return True

    def change_kind(self, actor_id: int, kind: int, other: int, post_id: int) -> bool:
        """An act becomes one of another kind, that counts as this one does; False for none."""
        if any(table[kind] != table[other] for table in COUNTED):
            raise ValueError("an act can only become one that counts alike")
        found = self._find(Undone(actor_id, kind, post_id))
        if found >= 0:
            self.kind.view[self._with_passed_on(found)] = other
        return found >= 0

    def drop(self, rows: Iterable[int]) -> None:
        """Take these acts out of everything that is counted."""
        for row in rows:
            if self.removed.view[row]:
                continue
            actor, post_row = int(self.actor.view[row]), int(self.post_row.view[row])
            before = self._tally(actor, post_row)
            self.removed.view[row] = True
            self.by_actor.remove(actor, row)
            self.by_target.remove(int(self.target.view[row]), row)
            self.by_post.remove(post_row, row)
            if not self.passed_on.view[row]:
                kind, at_ms = int(self.kind.view[row]), int(self.at_ms.view[row])
                after = self._tally(actor, post_row)
                self._count(post_row, (actor, kind, at_ms), before, after, -1)
        self._settle()

    def forget(self, person: int) -> None:
        """Drop what one person did, and what was done towards them."""
        for row in np.concatenate([self.by_actor.rows(person), self.by_target.rows(person)]):
            self.drop([int(row)] if self.passed_on.view[row] else self._with_passed_on(int(row)))

    def forget_kind(self, person: int, kind: int) -> None:
        """Drop what one person did of one kind."""
        for row in self.by_actor.rows(person).tolist():
            if self.kind.view[row] == kind:
                self.drop([row])

    def expire(self, kind: int, before_ms: int) -> None:
        """Drop all acts of a kind from before a moment."""
        old = (self.kind.view == kind) & (self.at_ms.view < before_ms) & ~self.removed.view
        if old.any():
            self.removed.view[old] = True
            self._regroup()
            self.recount()

    def add_exposure(self, exposure: Exposure) -> bool:
        """Take in who saw what, knowing what they have done with it already."""
        if exposure.viewer_id in self.gone:
            return False
        row = int(self.exposures.rows_of(np.array([exposure.post_id]))[0])
        viewer = self.people.find(exposure.viewer_id)
        responded = viewer >= 0 and self._tally(viewer, row).responded
        return self.exposures.add(exposure, responded=responded)

    def select(self, rows: Rows) -> ActView:
        removed = self.removed.view.take(rows)
        if removed.any():
            rows = rows[~removed]
        return ActView(
            rows=rows,
            actor=self.actor.view.take(rows),
            target=self.target.view.take(rows),
            kind=self.kind.view.take(rows).astype(np.int64),
            at_ms=self.at_ms.view.take(rows),
            post_row=self.post_row.view.take(rows),
            passed_on=self.passed_on.view.take(rows),
        )

    def adopt(self, post_row: int) -> None:
        """Count the acts on a post that were told before the post was."""
        post_id = int(self.posts.index.ids.view[post_row])
        if post_id in self.early:
            del self.early[post_id]
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
        known = np.flatnonzero(authors < len(self.ring))
        people = authors[known]
        day = self.ring_day.view.take(people, axis=0)
        recent = (day > today - days) & (day <= today)
        received[known] = np.einsum("ij,ij->i", self.ring.view.take(people, axis=0), recent)
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

        Whoever is not named is the author.
        A reply to a third person in the thread of a repost stays theirs.
        """
        row = self.posts.index.find(post_id) if post_id else -1
        target = self.people.add(target_id) if target_id else -1
        if target < 0 and row >= 0:
            target = int(self.posts.author.view[row])
        if row < 0 or not self.posts.origin_id.view[row]:
            return post_id, target, -1
        resharer, author = int(self.posts.author.view[row]), int(self.posts.origin_author.view[row])
        if target == resharer:
            target = author
        return int(self.posts.origin_id.view[row]), target, resharer

    def _is_gone(self, number: int) -> bool:
        return bool(self.gone) and number >= 0 and int(self.people.ids.view[number]) in self.gone

    def _present(self, actor: Rows, target: Rows) -> Bools:
        """Which of many acts are between people who are not gone."""
        gone = self.people.find_many(np.array(sorted(self.gone), dtype=np.int64))
        gone = np.sort(gone[gone >= 0])
        return ~contains(actor, gone) & ~contains(target, gone)

    def _find(self, undone: Undone) -> int:
        """The row of an act to undo, or -1."""
        post_id = undone.post_id
        own_id, target, resharer = self._credit(post_id, undone.target_author_id)
        actor = self.people.find(undone.actor_id)
        if not post_id and target < 0:
            return -1
        rows = self._matching(actor, undone.kind, own_id, target if not post_id else None)
        if undone.at_ms:
            rows = rows[self.at_ms.view[rows] == undone.at_ms]
        if post_id and rows.size:
            by_repost = np.array([self._passed_on_at(int(row), post_id) for row in rows])
            meant = rows[by_repost == (resharer >= 0)]
            rows = meant if meant.size or undone.exact else rows
        return int(rows[-1]) if rows.size else -1

    def _passed_on_at(self, row: int, post_id: int) -> bool:
        """Whether an act came by a repost: by this one, or, given the original, by any."""
        others = self._with_passed_on(row)[1:]
        if self.posts.origin_id.view[self.posts.index.find(post_id)] if post_id else False:
            others = [other for other in others if self.post_id.view[other] == post_id]
        return bool(others)

    def _with_passed_on(self, row: int) -> list[int]:
        """An act's row, and the one that credits the resharer: known by its moment."""
        rows = self.by_actor.rows(int(self.actor.view[row]))
        same = self.passed_on.view[rows] & (self.kind.view[rows] == self.kind.view[row])
        same &= self.at_ms.view[rows] == self.at_ms.view[row]
        return [row, *rows[same].tolist()]

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
        self._settle()

    def _tally(self, actor: int, row: int) -> Tally:
        """What one person has done with one post so far."""
        if row < 0:
            return Tally()
        rows = self.by_actor.rows(actor)
        rows = rows[self.post_row.view[rows] == row]
        if not rows.size:
            return NOTHING
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
        self, row: int, act: tuple[int, int, int], before: Tally, after: Tally, change: int = 1
    ) -> None:
        """Move the counters for an act (actor, kind, moment) that has come (1) or gone (-1)."""
        actor, kind, at_ms = act
        if OPENS[kind]:
            self.opened_by.fill_to(len(self.people), 0)
            self.opened_by.view[actor] += change
        if row < 0:
            return
        posts, author = self.posts, int(self.posts.author.view[row])
        if actor == author:
            posts.author_answers.view[row] += change * int(COMMENTS[kind])
            return
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
        gone = self.removed.view
        self.by_actor.rebuild(np.where(gone, -1, self.actor.view))
        self.by_target.rebuild(np.where(gone, -1, self.target.view))
        self.by_post.rebuild(np.where(gone, -1, self.post_row.view))

    def _settle(self) -> None:
        for grouping in (self.by_actor, self.by_target, self.by_post):
            if grouping.overgrown:
                grouping.settle()


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
