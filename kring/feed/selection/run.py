"""One greedy pass over a field: at each place the candidate that stands best of those allowed.

A standing only falls while others are placed (an author's share halves, likeness grows), so the
last known one is a bound, and only those whose bound is best are looked at again (the lazy greedy
of Minoux, 1978). A company with its quota full is parked as a whole.
"""

from __future__ import annotations

from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

from kring.feed.selection.field import FRESH, Entry, Field, scale_of

Heap = list[Entry]


class Changed(NamedTuple):
    """One candidate with another score, to ask where it would have stood."""

    at: int
    plus: float
    minus: float


class Moment(NamedTuple):
    """What a pass knew when it filled a place, so that another can fill that place otherwise.

    placed: how many had one; heaps, parked: who waits, without the one that got it
    """

    placed: int
    heaps: tuple[Heap, Heap]
    parked: dict[int, Heap]
    places: dict[int, tuple[int, ...]]
    companies: dict[int, int]
    from_outside: int


class Run:
    """A pass from the beginning, or from where another stood (`start`).

    placed: ranks in the order of their places
    """

    def __init__(
        self,
        field: Field,
        changed: Changed | None = None,
        start: tuple[Moment, list[int]] | None = None,
    ) -> None:
        self.field = field
        self.rules = field.rules
        self.changed = changed
        self.variety_places = self.rules.variety_places
        self.plus, self.minus, self.bound = field.plus, field.minus, field.bound
        self.worth = 1.0 - self.rules.variety
        scale = field.scale() if changed is None else _scale_with(field, changed)
        self.penalty = self.rules.variety * scale
        self.powers = [1.0]
        self.placed: list[int] = []
        self.taken: set[int] = set()
        self.likes: list[list[float]] = []
        self.heaps: tuple[Heap, Heap] = ([], [])
        self.parked: dict[int, Heap] = {}
        self.places: dict[int, tuple[int, ...]] = {}
        self.companies: dict[int, int] = {}
        self.from_outside = 0
        self.aside: list[tuple[Heap, Entry]] = []
        if start is not None:
            self._resume(*start)
        else:
            self._begin()
        if changed is not None:
            self.plus, self.minus = self.plus[:], self.minus[:]
            self.plus[changed.at], self.minus[changed.at] = changed.plus, changed.minus
            self.bound = self.bound[:]
            self.bound[changed.at] = -self.worth * (changed.plus + changed.minus)
            self.taken.add(changed.at)
            self._push_changed()

    def _begin(self) -> None:
        """With the best of every lane. They are sorted, which is a heap."""
        inside, outside = self.field.first
        self.heaps = (inside[:], outside[:])
        self.parked = {}

    def noted_step(self) -> Moment:
        """Fill the next place, and say what another pass needs to fill it otherwise."""
        places, companies, outside = self.places.copy(), self.companies.copy(), self.from_outside
        self.step()
        return Moment(
            len(self.placed) - 1,
            (self.heaps[0][:], self.heaps[1][:]),
            {company: heap[:] for company, heap in self.parked.items()},
            places,
            companies,
            outside,
        )

    def _resume(self, moment: Moment, placed: list[int]) -> None:
        """Go on where another pass stood, whose first places are among `placed`."""
        self.placed = placed[: moment.placed]
        self.taken.update(self.placed)
        width = self.variety_places
        self.likes = [self.field.likeness.row(at) for at in self.placed[:width]]
        self.heaps = (moment.heaps[0][:], moment.heaps[1][:])
        self.parked = {company: heap[:] for company, heap in moment.parked.items()}
        self.places = moment.places.copy()
        self.companies = moment.companies.copy()
        self.from_outside = moment.from_outside

    def place_of(self, at: int, look_ahead: int) -> int | None:
        """Go on until one has a place (from 1), or will have none within look-ahead."""
        hopeless = self.bound[at] > self.field.sure_bound
        while len(self.placed) < look_ahead:
            if hopeless and len(self.placed) >= self.variety_places:
                return None
            if self.step() == at:
                return len(self.placed)
        return None

    def step(self) -> int:
        """Fill the next place; the rank of whoever gets it. There must be somebody left."""
        here = len(self.placed)
        if here == self.variety_places:
            self._forget_likeness()
        company_quota = self.field.company_quota[here + 1]
        if self.parked:
            self._unpark(company_quota)
        heap = self._best_heap(company_quota)
        entry = self._pop(heap) if heap is not None else self._relaxed()
        if self.aside:
            for other, waiting in self.aside:
                heappush(other, waiting)
            self.aside.clear()
        self._place(entry[2])
        return entry[2]

    def _unpark(self, company_quota: int) -> None:
        for company in list(self.parked):
            if self.companies.get(company, 0) < company_quota:
                for entry in self.parked.pop(company):
                    heappush(self.heaps[self.field.outside[entry[2]]], entry)

    def _best_heap(self, company_quota: int) -> Heap | None:
        """The heap on top of which the best stands, caps let go as far as need be."""
        inside, outside = self.heaps
        top = self._top(inside, company_quota)
        is_open = self.from_outside < self.field.outside_quota[len(self.placed) + 1]
        if top is None or (is_open and outside and outside[0] < top):
            other = self._top(outside, company_quota)
            if other is not None and (top is None or other < top):
                return outside
        if top is not None:
            return inside
        tops = [(self._top(heap, len(self.field)), heap) for heap in self.parked.values()]
        able = [(entry, heap) for entry, heap in tops if entry is not None]
        return min(able)[1] if able else None

    def _top(self, heap: Heap, company_quota: int) -> Entry | None:
        """The best of a heap that may stand here, left on top of it; others are put aside."""
        here = len(self.placed)
        company_of, companies = self.field.company, self.companies
        author_of, places = self.field.author, self.places
        # Before anybody is placed, and below the first page, likeness changes nothing.
        unlike = here == 0 or here >= self.variety_places
        while heap:
            entry = heap[0]
            at, stamp = entry[2], entry[3]
            company = company_of[at]
            if company and companies.get(company, 0) >= company_quota:
                heappush(self.parked.setdefault(company, []), heappop(heap))
                continue
            stood = places.get(author_of[at])
            if stamp == FRESH:
                if at in self.taken:
                    self._pop(heap)
                elif unlike and not stood:
                    return entry
                else:
                    heappush(heap, self._evaluated(self._pop(heap), stood))
            elif stamp < here and (not unlike or (stood and stood[-1] >= stamp)):
                heapreplace(heap, self._evaluated(entry, stood))
            elif stood and self._blocked(stood):
                self.aside.append((heap, heappop(heap)))
            else:
                return entry
        return None

    def _pop(self, heap: Heap) -> Entry:
        """Take the top; whoever stands for a lane is followed by the next of it."""
        behind = self.field.behind[heap[0][2]] if heap[0][3] == FRESH else -1
        return heappop(heap) if behind < 0 else heapreplace(heap, self.field.fresh(behind))

    def _evaluated(self, entry: Entry, stood: tuple[int, ...] | None) -> Entry:
        """The entry as the candidate stands now. Asked a thousand times a page.

        stood: the places that its author has
        """
        _, newer, at, stamp, close = entry
        here = len(self.placed)
        key = self.bound[at]
        if stood:
            key = -self.worth * (self.plus[at] * self._left(len(stood)) + self.minus[at])
        if here >= self.variety_places:
            return (key, newer, at, here, 0.0)
        try:
            for likes in self.likes[stamp:] if stamp > 0 else self.likes:
                if likes[at] > close:
                    close = likes[at]
        except IndexError:
            self.field.likeness.widen()
            return self._evaluated(entry, stood)
        return (key + self.penalty * close, newer, at, here, close)

    def _left(self, times: int) -> float:
        """How much of what speaks for a post counts when its author has stood `times` times."""
        while len(self.powers) <= times:
            self.powers.append(self.powers[-1] * self.rules.second_post)
        return self.powers[times]

    def _blocked(self, stood: tuple[int, ...]) -> bool:
        here = len(self.placed)
        return stood[-1] == here - 1 or self._crowded(stood)

    def _crowded(self, stood: tuple[int, ...]) -> bool:
        rules = self.rules
        return len(stood) >= rules.per_window and (
            stood[-rules.per_window] > len(self.placed) - rules.window
        )

    def _relaxed(self) -> Entry:
        """Whoever is best when all that is left is somebody's who stood here just now."""
        here = len(self.placed)
        apart = [
            one for one in self.aside if self.places[self.field.author[one[1][2]]][-1] < here - 1
        ]
        best = min(apart or self.aside, key=lambda one: one[1])
        self.aside.remove(best)
        return best[1]

    def _place(self, at: int) -> None:
        field, here = self.field, len(self.placed)
        author, company = field.author[at], field.company[at]
        if author >= 0:
            self.places[author] = (*self.places.get(author, ()), here)
        if company:
            self.companies[company] = self.companies.get(company, 0) + 1
        self.from_outside += field.outside[at]
        if here < self.variety_places:
            self.likes.append(field.likeness.row(at))
        self.placed.append(at)
        self.taken.add(at)

    def _push_changed(self) -> None:
        """The changed one stands apart from its lane, where its old score would mislead."""
        if self.changed is None or self.changed.at in self.placed:
            return
        at = self.changed.at
        unread = (0.0, self.field.newer[at], at, 0, 0.0)
        stood = self.places.get(self.field.author[at])
        heappush(self.heaps[self.field.outside[at]], self._evaluated(unread, stood))

    def _forget_likeness(self) -> None:
        """Below the first page only worth counts: begin with the lanes again."""
        self._begin()
        self._push_changed()


def _scale_with(field: Field, changed: Changed) -> float:
    others = 1 if changed.at == 0 else 0
    best = changed.plus + changed.minus
    if others < len(field):
        best = max(best, field.plus[others] + field.minus[others])
    return scale_of(best)
