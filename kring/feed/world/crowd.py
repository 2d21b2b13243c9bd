"""What people did with each post, counted: how many, how lately, and for each author.

A person counts once a post, however much they do. Heat is a decaying count of those who opened it,
at several half-lives, so that "right now" and "this week" stand side by side. Counts are exact
under repetition and undoing: what one person did with a post is tallied before and after, and the
difference is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from kring.feed.world.columns import Column, Floats, Ints, Rows
from kring.feed.world.kinds import COMMENTS, ENGAGES, OPENS, REJECTS, RESPONSES

HOUR_MS = 3_600_000
# Half-lives of heat in hours: this hour, this morning, today, this week.
HEAT_HOURS = (1.0, 4.0, 24.0, 96.0)
_HALF_LIVES_MS = np.array(HEAT_HOURS) * HOUR_MS


class Tally(NamedTuple):
    """What one person did with one post. opened_ms: their first act on it, -1 for none."""

    opened_ms: int = -1
    engaged: bool = False
    responded: bool = False
    commented: bool = False
    rejected: bool = False

    def plus(self, kind: int, at_ms: int) -> Tally:
        """This and one more act."""
        opened = self.opened_ms
        if OPENS[kind]:
            opened = min(opened, at_ms) if opened >= 0 else at_ms
        return Tally(
            opened_ms=opened,
            engaged=self.engaged or bool(ENGAGES[kind]),
            responded=self.responded or bool(RESPONSES[kind]),
            commented=self.commented or bool(COMMENTS[kind]),
            rejected=self.rejected or bool(REJECTS[kind]),
        )


NOTHING = Tally()


@dataclass
class CrowdTable:
    """One row per post; the author's own acts are never counted.

    openers: people who opened it or did more; engaged: people who did more; rejecters: people who
    hid it or asked for less. heat: shape (n, 4), as of heat_ms, in people.
    author_openers, author_engaged: sums over an author's living originals, by number of the person.
    """

    openers: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    engaged: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    rejecters: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    heat: Column[np.float64] = field(
        default_factory=lambda: Column(np.float64, width=len(HEAT_HOURS))
    )
    heat_ms: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    author_openers: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    author_engaged: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    all_openers: int = 0
    all_engaged: int = 0

    def lengthen(self, posts: int, people: int) -> None:
        for counter in (self.openers, self.engaged, self.rejecters, self.heat, self.heat_ms):
            counter.fill_to(posts, 0)
        self.author_openers.fill_to(people, 0)
        self.author_engaged.fill_to(people, 0)

    def change(self, row: int, author: int, before: Tally, after: Tally) -> None:
        """Someone other than the author went from one tally to the other.

        author: -1 for a post that counts for nobody (removed, or a repost)
        """
        opened = (after.opened_ms >= 0) - (before.opened_ms >= 0)
        engaged = int(after.engaged) - int(before.engaged)
        self.openers.view[row] += opened
        self.engaged.view[row] += engaged
        self.rejecters.view[row] += int(after.rejected) - int(before.rejected)
        if author >= 0:
            self._credit(author, opened, engaged)
        if before.opened_ms != after.opened_ms:
            self._warm(row, before.opened_ms, -1.0)
            self._warm(row, after.opened_ms, 1.0)

    def count_post(self, row: int, author: int, sign: int) -> None:
        """A post begins (1) or ceases (-1) to count for its author and the community."""
        self._credit(author, sign * int(self.openers.view[row]), sign * int(self.engaged.view[row]))

    def _credit(self, author: int, opened: int, engaged: int) -> None:
        self.author_openers.view[author] += opened
        self.author_engaged.view[author] += engaged
        self.all_openers += opened
        self.all_engaged += engaged

    def heat_at(self, rows: Rows, now_ms: int) -> Floats:
        """Heat of each post at a moment, shape (n, 4).

        Rounded, so that it does not depend on the order in which it was added up: posts are
        compared by it.
        """
        passed = np.maximum(now_ms - self.heat_ms.view[rows], 0)[:, None]
        left = np.exp2(-passed / _HALF_LIVES_MS)
        return np.asarray(np.round(np.maximum(self.heat.view[rows] * left, 0.0), 9))

    def recount(self, row: Rows, author: Rows, tallies: Tallies) -> None:
        """Everything from the beginning: one entry per person and post, authors left out.

        row: the post; author: of each post, -1 where it counts for nobody
        """
        posts, people = len(self.openers), len(self.author_openers)
        opened = tallies.opened_ms >= 0
        self.openers.view[:] = np.bincount(row[opened], minlength=posts)
        self.engaged.view[:] = np.bincount(row[tallies.engaged], minlength=posts)
        self.rejecters.view[:] = np.bincount(row[tallies.rejected], minlength=posts)
        credited = author >= 0
        for total, counter in (
            (self.author_openers, self.openers),
            (self.author_engaged, self.engaged),
        ):
            total.view[:] = np.bincount(author[credited], counter.view[credited], minlength=people)
        self.all_openers = int(self.author_openers.view.sum())
        self.all_engaged = int(self.author_engaged.view.sum())
        at, where = tallies.opened_ms[opened], row[opened]
        newest = np.zeros(posts, dtype=np.int64)
        np.maximum.at(newest, where, at)
        self.heat_ms.view[:] = newest
        weights = np.exp2(-(newest[where] - at)[:, None] / _HALF_LIVES_MS)
        for column in range(len(HEAT_HOURS)):
            self.heat.view[:, column] = np.bincount(where, weights[:, column], minlength=posts)

    def _warm(self, row: int, at_ms: int, sign: float) -> None:
        if at_ms < 0:
            return
        held = int(self.heat_ms.view[row])
        if at_ms > held:
            self.heat.view[row] *= np.exp2(-(at_ms - held) / _HALF_LIVES_MS)
            self.heat_ms.view[row] = held = at_ms
        self.heat.view[row] += sign * np.exp2(-(held - at_ms) / _HALF_LIVES_MS)


class Tallies(NamedTuple):
    """Many tallies as columns."""

    opened_ms: Ints
    engaged: np.ndarray[tuple[int], np.dtype[np.bool_]]
    responded: np.ndarray[tuple[int], np.dtype[np.bool_]]
    commented: np.ndarray[tuple[int], np.dtype[np.bool_]]
    rejected: np.ndarray[tuple[int], np.dtype[np.bool_]]
