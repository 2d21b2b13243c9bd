"""The order in which candidates are served: the best first, with room between one author's posts.

Greedy. At each place the best remaining candidate is taken, where an author's k-th further post
counts `second_post`^k of what speaks for it. Nobody stands next to themselves or more than
`per_window` times in any `window` places; where that leaves nobody, first the window and then
the neighbourhood is let go, so a page is never short. Sources (kind `source`) are exempt.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from kring.feed.batch import Batch
from kring.feed.policy import Selection
from kring.feed.stages import Context
from kring.feed.world import AuthorKind

# Sorts best first: minus the score, minus the id (newer first among equals), position.
Entry = tuple[float, int, int]
LAST: Entry = (np.inf, 0, 0)


class Changed(NamedTuple):
    """One candidate with another score, to ask where it would have stood."""

    at: int
    plus: float
    minus: float


class Contest:
    """Candidates made ready to be put in order, once or again with one score changed.

    plus: what speaks for each, multipliers included; minus: what speaks against it (≤ 0)
    leaders: the best entry of every author, best first; sources are authors of one post each
    """

    def __init__(self, batch: Batch, rules: Selection) -> None:
        self.rules = rules
        self.size = len(batch)
        exempt = batch["author_kind"] == AuthorKind.SOURCE
        author = np.where(exempt, -1 - np.arange(len(batch)), batch.author)
        ranked = np.lexsort((-batch.post_id, -batch.score))
        grouped = ranked[np.argsort(author[ranked], kind="stable")]
        owners = author[grouped]
        starts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]])[: len(batch)])
        ends = np.append(starts[1:], len(batch))[: len(starts)]
        self.ids: list[int] = batch.post_id.tolist()
        self.author: list[int] = author.tolist()
        self.plus: list[float] = (batch.v_plus * batch.multiplier).tolist()
        self.minus: list[float] = batch.v_minus.tolist()
        self.grouped: list[int] = grouped.tolist()
        bounds = zip(starts.tolist(), ends.tolist(), strict=True)
        # Whoever has one post can neither wait nor be held back; nothing need be kept of them.
        lone = np.zeros(len(batch), dtype=np.bool_)
        lone[grouped[starts[ends - starts == 1]]] = True
        self.lone: list[bool] = lone.tolist()
        self.span = dict(zip(owners[starts].tolist(), bounds, strict=True))
        first = grouped[starts]
        entries = (-batch.score[first], -batch.post_id[first], first)
        columns = (column.tolist() for column in entries)
        self.leaders: list[Entry] = sorted(zip(*columns, strict=True))

    def order(self, limit: int) -> list[int]:
        """Positions in the batch in the order served, at most `limit`."""
        return _Run(self, None).places(limit, stop_at=-1)

    def place_of(self, at: int, plus: float, minus: float) -> int | None:
        """The place (from 1) a candidate would have had with that score, if within look-ahead."""
        changed, look_ahead = Changed(at, plus, minus), self.rules.look_ahead
        own = (-changed.plus - changed.minus, -self.ids[changed.at], changed.at)
        # An author without a place yet is never held back, so whoever leads by more goes first.
        if bisect_left(self.leaders, own) > look_ahead:
            return None
        places = _Run(self, changed).places(look_ahead, stop_at=changed.at)
        return len(places) if places and places[-1] == changed.at else None


class _Run:
    """One pass. Authors come in by their leaders; once placed, their further posts wait in a heap.

    A changed candidate's author is taken out of the leaders and comes in by `apart` instead.
    """

    def __init__(self, contest: Contest, changed: Changed | None) -> None:
        self.contest = contest
        self.changed = changed
        self.placed: list[int] = []
        self.times: dict[int, list[int]] = {}
        self.waiting: dict[int, list[int]] = {}
        self.heap: list[Entry] = []
        self.apart, self.apart_author = LAST, None if changed is None else self._owner(changed.at)
        if self.apart_author is not None:
            self.apart = min(self._entry(at, 1.0) for at in self._posts_of(self.apart_author))

    def places(self, limit: int, stop_at: int) -> list[int]:
        """Positions in order, until `limit` or until `stop_at` has its place."""
        placed, heap, lone = self.placed, self.heap, self.contest.lone
        leaders = iter(self.contest.leaders)
        newcomer = self._next(leaders)
        for _ in range(min(limit, self.contest.size)):
            best = newcomer if newcomer < self.apart else self.apart
            if heap and heap[0] < best:
                best = self._waiting_before(best)
            if best is newcomer:
                newcomer = self._next(leaders)
            elif best is self.apart:
                self.apart = LAST
            at = best[2]
            if not lone[at]:
                self._note(at)
            placed.append(at)
            if at == stop_at:
                break
        return placed

    def _next(self, leaders: Iterator[Entry]) -> Entry:
        for entry in leaders:
            if self.contest.author[entry[2]] != self.apart_author:
                return entry
        return LAST

    def _waiting_before(self, newcomer: Entry) -> Entry:
        """The best waiting post that may stand here, if it is better than the newcomer."""
        blocked: list[Entry] = []
        chosen = newcomer
        while self.heap and self.heap[0] < newcomer:
            entry = heappop(self.heap)
            if self._allowed(entry[2]):
                chosen = entry
                break
            blocked.append(entry)
        if chosen is LAST:
            chosen = self._relaxed(blocked)
            blocked.remove(chosen)
        for entry in blocked:
            heappush(self.heap, entry)
        return chosen

    def _allowed(self, at: int) -> bool:
        rules, here, times = self.contest.rules, len(self.placed), self.times[self._owner(at)]
        if times[-1] == here - 1:
            return False
        return len(times) < rules.per_window or times[-rules.per_window] <= here - rules.window

    def _relaxed(self, blocked: list[Entry]) -> Entry:
        here = len(self.placed)
        apart = [entry for entry in blocked if self.times[self._owner(entry[2])][-1] < here - 1]
        return min(apart or blocked)

    def _note(self, at: int) -> None:
        """Remember where an author stands and which of their posts waits next."""
        author = self._owner(at)
        rest = self.waiting.get(author)
        if rest is None:
            rest = self.waiting[author] = self._posts_of(author)
            self.times[author] = []
        if len(rest) > 1:
            rest.remove(at)
            times = self.times[author]
            times.append(len(self.placed))
            left = self.contest.rules.second_post ** len(times)
            heappush(self.heap, min([self._entry(other, left) for other in rest]))

    def _owner(self, at: int) -> int:
        return self.contest.author[at]

    def _posts_of(self, author: int) -> list[int]:
        start, end = self.contest.span[author]
        return self.contest.grouped[start:end]

    def _entry(self, at: int, left: float) -> Entry:
        """How a post stands when its author's posts count `left` of what speaks for them."""
        contest, changed = self.contest, self.changed
        if changed is not None and changed.at == at:
            return (-changed.plus * left - changed.minus, -contest.ids[at], at)
        return (-contest.plus[at] * left - contest.minus[at], -contest.ids[at], at)


class AuthorSpacing:
    """Selector: the order of a `Contest`."""

    name = "author_spacing"

    def prepare(self, context: Context, batch: Batch) -> Contest:
        return Contest(batch, context.policy.selection)
