"""One greedy pass over a field: at each place the candidate that stands best of those allowed.

A standing only falls while others are placed (an author's share halves, likeness grows), so the
last known one is a bound, and only those whose bound is best are looked at again (the lazy greedy
of Minoux, 1978). A company with its quota full is parked as a whole.
"""

from __future__ import annotations

from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

from kring.feed.selection.field import Entry, Field, scale_of

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
        start: tuple[Moment, Run] | None = None,
    ) -> None:
        self.field = field
        self.rules = field.rules
        self.changed = changed
        self.variety_places = self.rules.variety_places
        self.bound = field.bound
        self.worth = 1.0 - self.rules.variety
        scale = field.scale() if changed is None else _scale_with(field, changed)
        self.penalty = self.rules.variety * scale
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
            self.bound = self.bound[:]
            self.bound[changed.at] = -self.worth * (changed.plus + changed.minus)
            self.taken.add(changed.at)
            self._push_changed()

    def _begin(self) -> None:
        """With the best of every lane. They are sorted, which is a heap."""
        inside, outside = self.field.first
        self.heaps = (inside[:], outside[:])
        self.parked = {}

    def noted(self) -> Moment:
        """Fill the next place, and say what another pass needs to fill it otherwise."""
        places, companies, outside = self.places.copy(), self.companies.copy(), self.from_outside
        self.fill(len(self.placed) + 1)
        return Moment(
            len(self.placed) - 1,
            (self.heaps[0][:], self.heaps[1][:]),
            {company: heap[:] for company, heap in self.parked.items()},
            places,
            companies,
            outside,
        )

    def _resume(self, moment: Moment, other: Run) -> None:
        """Go on where another pass stood at that moment."""
        self.placed = other.placed[: moment.placed]
        self.taken = set(self.placed)
        self.likes = other.likes[: moment.placed]
        self.heaps = (moment.heaps[0][:], moment.heaps[1][:])
        self.parked = {company: heap[:] for company, heap in moment.parked.items()}
        self.places = moment.places.copy()
        self.companies = moment.companies.copy()
        self.from_outside = moment.from_outside

    def place_of(self, at: int, look_ahead: int) -> int | None:
        """Go on until one has a place (from 1), or will have none within look-ahead."""
        if self.bound[at] > self.field.sure_bound:
            look_ahead = min(look_ahead, self.variety_places)
        self.fill(look_ahead, at)
        return len(self.placed) if self.placed and self.placed[-1] == at else None

    def fill(self, places: int, awaited: int = -1) -> None:
        """Fill so many places, or until the awaited one has got its own.

        There must be as many candidates.
        """
        field, placed, likes = self.field, self.placed, self.likes
        author_of, company_of, likeness = field.author, field.company, field.likeness
        at = -1
        for here in range(len(placed), places):
            if here == self.variety_places:
                self._forget_likeness()
            company_quota = field.company_quota[here + 1]
            if self.parked:
                self._unpark(company_quota)
            heap = self._best_heap(here, company_quota)
            at = self._pop(heap)[2] if heap is not None else self._relaxed()
            if self.aside:
                for other, waiting in self.aside:
                    heappush(other, waiting)
                self.aside.clear()
            if (author := author_of[at]) >= 0:
                self.places[author] = (*self.places.get(author, ()), here)
            if company := company_of[at]:
                self.companies[company] = self.companies.get(company, 0) + 1
            self.from_outside += field.outside[at]
            if here < self.variety_places:
                likes.append(likeness.row(at))
            placed.append(at)
            self.taken.add(at)
            if at == awaited:
                return

    def _unpark(self, company_quota: int) -> None:
        for company in list(self.parked):
            if self.companies.get(company, 0) < company_quota:
                for entry in self.parked.pop(company):
                    heappush(self.heaps[self.field.outside[entry[2]]], entry)

    def _best_heap(self, here: int, company_quota: int) -> Heap | None:
        """The heap on top of which the best stands, caps let go as far as need be."""
        inside, outside = self.heaps
        top = self._top(inside, here, company_quota)
        if outside and (
            top is None
            or (outside[0] < top and self.from_outside < self.field.outside_quota[here + 1])
        ):
            other = self._top(outside, here, company_quota)
            if other is not None and (top is None or other < top):
                return outside
        if top is not None:
            return inside
        tops = [(self._top(heap, here, len(self.field)), heap) for heap in self.parked.values()]
        able = [(entry, heap) for entry, heap in tops if entry is not None]
        return min(able)[1] if able else None

    def _top(self, heap: Heap, here: int, company_quota: int) -> Entry | None:
        """The best of a heap that may stand here, left on top of it; others are put aside."""
        company_of, author_of, places = self.field.company, self.field.author, self.places
        # Before anybody is placed, and below the first page, likeness changes nothing.
        varied = 0 < here < self.variety_places
        while heap:
            entry = heap[0]
            _, _, at, stamp, _ = entry
            if company_of[at] and self.companies.get(company_of[at], 0) >= company_quota:
                heappush(self.parked.setdefault(company_of[at], []), heappop(heap))
                continue
            stood = places.get(author_of[at])
            if stamp < 0 and at in self.taken:
                self._pop(heap)
            elif stamp < here and (varied or (stood and stood[-1] >= stamp)):
                behind = self.field.behind[at] if stamp < 0 else -1
                heapreplace(heap, self._evaluated(entry, here, stood))
                if behind >= 0:
                    heappush(heap, self.field.fresh[behind])
            elif stood and self._blocked(stood, here):
                self.aside.append((heap, heappop(heap)))
            else:
                return entry
        return None

    def _pop(self, heap: Heap) -> Entry:
        """Take the top; whoever stands for a lane is followed by the next of it."""
        entry = heap[0]
        behind = self.field.behind[entry[2]] if entry[3] < 0 else -1
        return heappop(heap) if behind < 0 else heapreplace(heap, self.field.fresh[behind])

    def _evaluated(self, entry: Entry, here: int, stood: tuple[int, ...] | None) -> Entry:
        """The entry as the candidate stands now. Asked hundreds of times a page.

        stood: the places that its author has
        """
        _, newer, at, stamp, close = entry
        key = self._halved(at, len(stood)) if stood else self.bound[at]
        if here >= self.variety_places:
            return (key, newer, at, here, 0.0)
        try:
            for likes in self.likes[stamp:] if stamp > 0 else self.likes:
                if likes[at] > close:
                    close = likes[at]
        except IndexError:
            self.field.likeness.widen()
            return self._evaluated(entry, here, stood)
        return (key + self.penalty * close, newer, at, here, close)

    def _halved(self, at: int, times: int) -> float:
        """Minus the worth of a post whose author has stood `times` times already."""
        field, changed = self.field, self.changed
        plus, minus = field.plus[at], field.minus[at]
        if changed is not None and at == changed.at:
            plus, minus = changed.plus, changed.minus
        return -self.worth * (plus * field.left(times) + minus)

    def _blocked(self, stood: tuple[int, ...], here: int) -> bool:
        rules = self.rules
        return stood[-1] == here - 1 or (
            len(stood) >= rules.per_window and stood[-rules.per_window] > here - rules.window
        )

    def _relaxed(self) -> int:
        """Whoever is best when all that is left is somebody's who stood here just now."""
        here = len(self.placed)
        apart = [
            one for one in self.aside if self.places[self.field.author[one[1][2]]][-1] < here - 1
        ]
        best = min(apart or self.aside, key=lambda one: one[1])
        self.aside.remove(best)
        return best[1][2]

    def _push_changed(self) -> None:
        """The changed one stands apart from its lane, where its old score would mislead."""
        if self.changed is None or self.changed.at in self.placed:
            return
        at = self.changed.at
        unread = (0.0, self.field.newer[at], at, 0, 0.0)
        stood = self.places.get(self.field.author[at])
        heappush(
            self.heaps[self.field.outside[at]], self._evaluated(unread, len(self.placed), stood)
        )

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
