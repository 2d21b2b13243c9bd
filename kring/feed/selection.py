"""The order in which candidates are served: the best first, with room between one author's posts.

Greedy. At each place the best remaining candidate is taken, where an author's k-th further post
counts `second_post`^k of what speaks for it. Nobody stands next to themselves or more than
`per_window` times in any `window` places; where that leaves nobody, first the window and then
the neighbourhood is let go, so a page is never short. Sources (kind `source`) are exempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.policy import Selection
from kring.feed.stages import Context
from kring.feed.world import AuthorKind
from kring.feed.world.columns import Floats

Entry = tuple[float, int, int]


@dataclass(frozen=True)
class Changed:
    """One candidate with another score, to ask where it would have stood."""

    at: int
    plus: float
    minus: float


class Contest:
    """Candidates made ready to be put in order, once or again with one score changed.

    plus: what speaks for each, multipliers included; minus: what speaks against it (≤ 0)
    """

    def __init__(self, batch: Batch, rules: Selection) -> None:
        self.rules = rules
        plus: Floats = batch.v_plus * batch.multiplier
        exempt = batch["author_kind"] == AuthorKind.SOURCE
        author = np.where(exempt, -1 - np.arange(len(batch)), batch.author)
        ranked = np.lexsort((-batch.post_id, -batch.score))
        self.ranked: list[int] = ranked.tolist()
        self.ids: list[int] = batch.post_id.tolist()
        self.author: list[int] = author.tolist()
        self.plus: list[float] = plus.tolist()
        self.minus: list[float] = batch.v_minus.tolist()
        grouped = ranked[np.argsort(author[ranked], kind="stable")]
        self.grouped: list[int] = grouped.tolist()
        owners = author[grouped]
        starts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]])[: len(batch)])
        ends = np.append(starts[1:], len(batch))
        bounds = zip(starts.tolist(), ends.tolist(), strict=True)
        self.span = dict(zip(owners[starts].tolist(), bounds, strict=True))

    def order(self, limit: int) -> list[int]:
        """Positions in the batch in the order served, at most `limit`."""
        return _Run(self, None).places(limit, stop_at=-1)

    def place_of(self, changed: Changed) -> int | None:
        """The 1-based place a candidate would have had with that score, if within look-ahead."""
        places = _Run(self, changed).places(self.rules.look_ahead, stop_at=changed.at)
        return len(places) if places and places[-1] == changed.at else None


class _Run:
    """One pass. Authors not placed yet are read from the ranking; the others wait in a heap."""

    def __init__(self, contest: Contest, changed: Changed | None) -> None:
        self.contest = contest
        self.changed = changed
        # The changed candidate stands apart until it or another of its author is placed.
        self.apart: Entry | None = None
        if changed is not None:
            score = changed.plus + changed.minus
            self.apart = (-score, -contest.ids[changed.at], changed.at)
        self.next = 0
        self.placed: list[int] = []
        self.waiting: dict[int, list[int]] = {}
        self.times: dict[int, list[int]] = {}
        self.heap: list[Entry] = []

    def places(self, limit: int, stop_at: int) -> list[int]:
        limit = min(limit, len(self.contest.ranked))
        while len(self.placed) < limit:
            at = self._best()
            self._place(at)
            if at == stop_at:
                break
        return self.placed

    def _best(self) -> int:
        newcomer = self._newcomer()
        blocked: list[Entry] = []
        chosen: Entry | None = None
        while self.heap and (newcomer is None or self.heap[0] < newcomer):
            entry = heappop(self.heap)
            if self._allowed(entry[2]):
                chosen = entry
                break
            blocked.append(entry)
        if chosen is None and newcomer is None:
            chosen = self._relaxed(blocked)
            blocked.remove(chosen)
        for entry in blocked:
            heappush(self.heap, entry)
        if chosen is not None:
            return chosen[2]
        assert newcomer is not None
        return newcomer[2]

    def _newcomer(self) -> Entry | None:
        """The best candidate of the authors who have no place yet; always allowed."""
        contest, waiting, ranked = self.contest, self.waiting, self.contest.ranked
        skip = self.changed.at if self.changed is not None else -1
        while self.next < len(ranked):
            at = ranked[self.next]
            if at != skip and contest.author[at] not in waiting:
                entry = (-contest.plus[at] - contest.minus[at], -contest.ids[at], at)
                return entry if self.apart is None else min(entry, self.apart)
            self.next += 1
        return self.apart

    def _allowed(self, at: int) -> bool:
        rules, here = self.contest.rules, len(self.placed)
        times = self.times[self.contest.author[at]]
        if times[-1] == here - 1:
            return False
        return len(times) < rules.per_window or times[-rules.per_window] <= here - rules.window

    def _relaxed(self, blocked: list[Entry]) -> Entry:
        here = len(self.placed)
        apart = [
            entry for entry in blocked if self.times[self.contest.author[entry[2]]][-1] < here - 1
        ]
        return min(apart or blocked)

    def _place(self, at: int) -> None:
        contest = self.contest
        author = contest.author[at]
        if author not in self.waiting:
            start, end = contest.span[author]
            self.waiting[author] = contest.grouped[start:end]
            self.times[author] = []
            if self.changed is not None and contest.author[self.changed.at] == author:
                self.apart = None
        self.times[author].append(len(self.placed))
        self.placed.append(at)
        rest = self.waiting[author]
        rest.remove(at)
        if rest:
            left = contest.rules.second_post ** len(self.times[author])
            heappush(self.heap, min(self._entry(other, left) for other in rest))

    def _entry(self, at: int, left: float) -> Entry:
        changed, contest = self.changed, self.contest
        if changed is not None and changed.at == at:
            return (-changed.plus * left - changed.minus, -contest.ids[at], at)
        return (-contest.plus[at] * left - contest.minus[at], -contest.ids[at], at)


class AuthorSpacing:
    """Selector: the order of a `Contest`."""

    name = "author_spacing"

    def select(self, context: Context, batch: Batch, limit: int) -> NDArray[np.intp]:
        order = Contest(batch, context.policy.selection).order(limit)
        return np.array(order, dtype=np.intp)
