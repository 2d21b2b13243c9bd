"""Who saw which post, what was to be expected of them, and who of them responded.

An exposure is one person and one post. `chance` is the probability that it was seen at all (1 when
the page reported it), `expected` the probability of a response from this person to this author, as
it stood when it was shown; both are told by the event, so every process holds the same numbers.
Observed and expected are kept in three strata: regulars, who nearly always respond to this author
and so say nothing of the post; colleagues (of the author, now); and all others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Column, Floats, GroupedRows, IdIndex, Ints, Rows
from kring.feed.world.posts import PostTable
from kring.network.graph import distinct

OTHERS, COLLEAGUES, REGULARS = 0, 1, 2
STRATA = 3
# Who was expected to respond with more than this chance responds out of habit or by agreement:
# with it, a dozen people who applaud each other daily gain nothing after two or three posts.
REGULAR = 0.25
NEVER_MS = int(np.iinfo(np.int64).max)
NOBODY = -1
Companies = Callable[[Rows], Ints]


@dataclass(frozen=True)
class Exposure:
    """One person's look at one post. at_ms: the first one's moment."""

    viewer_id: int
    post_id: int
    at_ms: int
    chance: float = 1.0
    expected: float = 0.0


@dataclass(frozen=True)
class ExposureColumns:
    """Many exposures, one array per field of `Exposure`, each pair once."""

    viewer_id: Ints
    post_id: Ints
    at_ms: Ints
    chance: Floats
    expected: Floats


@dataclass
class ExposureTable:
    """The columns, and per post the sums: observed and expected, shape (posts, STRATA).

    A look of somebody who is forgotten keeps its row, with nobody as its viewer.
    """

    posts: PostTable
    people: IdIndex
    companies: Companies
    viewer: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    post_row: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    post_id: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    at_ms: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    chance: Column[np.float32] = field(default_factory=lambda: Column(np.float32))
    expected: Column[np.float32] = field(default_factory=lambda: Column(np.float32))
    responded: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    by_viewer: GroupedRows = field(init=False)
    by_post: GroupedRows = field(init=False)
    sum_observed: Column[np.int32] = field(default_factory=lambda: Column(np.int32, width=STRATA))
    sum_expected: Column[np.float64] = field(
        default_factory=lambda: Column(np.float64, width=STRATA)
    )
    reach: Column[np.float64] = field(default_factory=lambda: Column(np.float64))
    first_ms: int = NEVER_MS

    def __post_init__(self) -> None:
        self.by_viewer, self.by_post = GroupedRows(self.at_ms), GroupedRows(self.at_ms)

    def __len__(self) -> int:
        return len(self.viewer)

    def rows_of(self, post_ids: Ints) -> Rows:
        """Where looks at these posts count: whoever saw a repost saw the original. -1: nowhere."""
        rows = self.posts.index.find_many(post_ids)
        if not len(self.posts):
            return rows
        origin = np.where(rows >= 0, self.posts.origin_id.view[rows], 0)
        reposts = np.flatnonzero(origin)
        rows[reposts] = self.posts.index.find_many(origin[reposts])
        return rows

    def load(self, exposures: ExposureColumns, *, without: Rows | None = None) -> None:
        """Append many at once; posts that are unknown here are left out. Then `recount`.

        without: numbers of people whose looks are left out
        """
        row = self.rows_of(np.asarray(exposures.post_id, dtype=np.int64))
        viewer = self.people.add_many(np.asarray(exposures.viewer_id, dtype=np.int64))
        held = row >= 0
        held[held] = viewer[held] != self.posts.author.view[row[held]]
        if without is not None and without.size:
            held &= ~np.isin(viewer, without)
        chosen = np.flatnonzero(held)
        at_ms, chance = np.asarray(exposures.at_ms), np.asarray(exposures.chance)
        # Of an original and its reposts the first look counts, with the best chance.
        pairs = viewer[chosen].astype(np.int64) << 32 | row[chosen]
        order = np.lexsort((at_ms[chosen], pairs))
        chosen, pairs = chosen[order], pairs[order]
        starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])[: pairs.size])
        first = chosen[starts]
        self.viewer.extend(viewer[first])
        self.post_row.extend(row[first])
        self.post_id.extend(np.asarray(exposures.post_id)[first])
        self.at_ms.extend(at_ms[first])
        self.chance.extend(np.maximum.reduceat(chance[chosen], starts) if starts.size else first)
        self.expected.extend(np.asarray(exposures.expected)[first])
        self.responded.fill_to(len(self), False)
        self._note_first()
        self._regroup()

    def add(self, exposure: Exposure, *, responded: bool) -> bool:
        """Take in one look; a second one at the same post only makes its chance more certain.

        responded: whether this person has responded to the post already
        """
        row = int(self.rows_of(np.array([exposure.post_id]))[0])
        if row < 0:
            return False
        viewer = self.people.add(exposure.viewer_id)
        if viewer == int(self.posts.author.view[row]):
            return False
        self._lengthen()
        known = self._pair(viewer, row)
        if known >= 0:
            more = max(exposure.chance, float(self.chance.view[known]))
            self._sum(np.array([known]), -1)
            self.chance.view[known] = more
            self._sum(np.array([known]), 1)
            return False
        at = len(self)
        self.viewer.append(viewer)
        self.post_row.append(row)
        self.post_id.append(exposure.post_id)
        self.at_ms.append(exposure.at_ms)
        self.chance.append(exposure.chance)
        self.expected.append(exposure.expected)
        self.responded.append(responded)
        self.by_viewer.add(viewer, at)
        self.by_post.add(row, at)
        self.first_ms = min(self.first_ms, exposure.at_ms)
        self._settle()
        self._sum(np.array([at]), 1)
        return True

    def forget(self, person: int) -> None:
        """Nobody knows any more what one person saw."""
        rows = self.by_viewer.rows(person).copy()
        self._sum(rows, -1)
        for at in rows.tolist():
            self.by_viewer.remove(person, at)
            self.by_post.remove(int(self.post_row.view[at]), at)
        self.viewer.view[rows] = NOBODY
        self._note_first()
        self._settle()

    def expire(self, before_ms: int) -> None:
        """Let go of looks from before a moment."""
        held = np.flatnonzero((self.at_ms.view >= before_ms) & (self.viewer.view != NOBODY))
        if len(held) == len(self):
            return
        for column in (
            self.viewer, self.post_row, self.post_id, self.at_ms, self.chance, self.expected,
            self.responded,
        ):  # fmt: skip
            column.keep(held)
        self._note_first()
        self._regroup()
        self._resum()

    def set_responded(self, row: int, viewer: int, responded: bool) -> None:
        """Note that someone who saw a post has responded to it, or has taken it back."""
        known = self._pair(viewer, row)
        if known >= 0 and bool(self.responded.view[known]) != responded:
            self.responded.view[known] = responded
            side = self._strata(np.array([known]))[0]
            self.sum_observed.view[row, side] += 1 if responded else -1

    def recount(self, rows: Rows, people: Rows) -> None:
        """Every sum from the beginning, given who responded to which post."""
        done = np.sort(rows.astype(np.int64) << 32 | people)
        pairs = self.post_row.view.astype(np.int64) << 32 | self.viewer.view
        place = np.minimum(np.searchsorted(done, pairs), max(done.size - 1, 0))
        self.responded.view[:] = (done[place] == pairs) if done.size else False
        self._lengthen()
        self._resum()

    def of_person(self, person: int) -> Rows:
        """Their looks, and everyone's at their posts: what their company makes a difference to."""
        own = self.posts.by_author.rows(person)
        looks = [self.by_viewer.rows(person), *(self.by_post.rows(row) for row in own.tolist())]
        return distinct(np.concatenate(looks))

    def count(self, rows: Rows, sign: int) -> None:
        """Add these looks to the sums (1), or take them out (-1)."""
        self._lengthen()
        self._sum(rows, sign)

    def seen_by(self, viewers: Rows, each: int) -> Rows:
        """Exposures of each viewer, their newest ones."""
        return self.by_viewer.newest(viewers, each)

    def _pair(self, viewer: int, row: int) -> int:
        mine = self.by_viewer.rows(viewer)
        found = mine[self.post_row.view[mine] == row]
        return int(found[0]) if found.size else -1

    def _strata(self, at: NDArray[np.integer]) -> NDArray[np.int64]:
        author = self.posts.author.view[self.post_row.view[at]]
        theirs, mine = self.companies(author), self.companies(self.viewer.view[at])
        side = np.where((mine != 0) & (mine == theirs), COLLEAGUES, OTHERS)
        return np.where(self.expected.view[at] > REGULAR, REGULARS, side)

    def _sum(self, at: NDArray[np.integer], sign: int) -> None:
        side, row = self._strata(at), self.post_row.view[at]
        chance = self.chance.view[at].astype(np.float64)
        np.add.at(self.sum_expected.view, (row, side), sign * chance * self.expected.view[at])
        np.add.at(self.sum_observed.view, (row, side), sign * self.responded.view[at])
        np.add.at(self.reach.view, row, sign * chance)

    def _resum(self) -> None:
        for total in (self.sum_expected, self.sum_observed, self.reach):
            total.view[:] = 0
        self._sum(np.flatnonzero(self.viewer.view != NOBODY), 1)

    def _note_first(self) -> None:
        held = self.at_ms.view[self.viewer.view != NOBODY]
        self.first_ms = int(held.min()) if held.size else NEVER_MS

    def _lengthen(self) -> None:
        for total in (self.sum_observed, self.sum_expected, self.reach):
            total.fill_to(len(self.posts), 0)

    def _regroup(self) -> None:
        self.by_viewer.rebuild(self.viewer.view)
        self.by_post.rebuild(np.where(self.viewer.view == NOBODY, -1, self.post_row.view))

    def _settle(self) -> None:
        for grouping in (self.by_viewer, self.by_post):
            if grouping.overgrown:
                grouping.settle()
