"""The network as arrays: who is connected to whom, and how far apart two people are.

Ids are mapped to dense numbers (their place in sorted order); the neighbours of number i are
`targets[starts[i]:starts[i + 1]]`. A change gives a new Graph that shares those arrays and holds
the changed rows apart, so a reader never sees half a change and needs no lock.

Changed rows lie in two layers, so that a change copies only the young one of at most `YOUNG` rows
(some microseconds); the old one takes it in when it is full, and once a share of all people has
changed, the arrays are written anew (a second for ten million edges, a few microseconds a change).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]
YOUNG = 128
COMPACT_AT = 2048
COMPACT_SHARE = 4
# Rows that are longer on average are copied one by one, shorter ones place by place.
LONG_ROWS = 40
MOST_ASKED = 4
NOT_SEEN = -1
# What `degrees` says of everybody beyond the second.
FURTHER = 3
ITSELF, FIRST = -2, -1
# By the number of ways to them: 0, 1, and from the end those two.
_DEGREES = np.array([FURTHER, 2, 0, 1], dtype=np.int64)
S = TypeVar("S", bound=np.generic)


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """`[s, s+1, … s+n-1]` for each pair (s, n), one after the other."""
    ends = np.cumsum(lengths)
    if not ends.size or not ends[-1]:
        return np.zeros(0, dtype=np.int64)
    return np.repeat(starts - ends + lengths, lengths) + np.arange(ends[-1])


def distinct(values: NDArray[S]) -> NDArray[S]:
    """The different values, ascending. Sorting is many times faster here than `np.unique`."""
    ordered = np.sort(values)
    first = np.ones(ordered.size, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph over arbitrary ids; build it with `from_edges`.

    Numbers 0 … n-1 follow the ids' order; ids that came since the arrays were written follow
    after, so compare ids, not numbers, where order matters.
    """

    _ids: Ints
    _starts: Ints
    _targets: Numbers
    _late: dict[int, int] = field(default_factory=dict)
    _old: dict[int, Numbers] = field(default_factory=dict)
    _young: dict[int, Numbers] = field(default_factory=dict)
    _asked: list[tuple[int, Numbers]] = field(default_factory=list, init=False, repr=False)

    @classmethod
    def from_edges(cls, a: ArrayLike, b: ArrayLike, ids: ArrayLike | None = None) -> Graph:
        """Build from pairs, each in either direction and any number of times.

        ids: people to include though they may have no connection. A pair of one with oneself is
        left out.
        """
        left, right = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
        known = [left, right] + ([] if ids is None else [np.asarray(ids, dtype=np.int64)])
        people = distinct(np.concatenate(known))
        low, high = np.searchsorted(people, left), np.searchsorted(people, right)
        apart = low != high
        low, high = low[apart], high[apart]
        arcs = np.concatenate([low * people.size + high, high * people.size + low])
        arcs = distinct(arcs)
        sources = arcs // max(people.size, 1)
        starts = np.zeros(people.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(sources, minlength=people.size), out=starts[1:])
        return cls(people, starts, (arcs - sources * people.size).astype(np.int32))

    def __len__(self) -> int:
        return self._ids.size + len(self._late)

    def neighbours(self, id_: int) -> Ints:
        """Connections of one person, as ascending ids; none for a stranger to the graph."""
        number = self._number(id_)
        return np.sort(self._all_ids[self._row(number)]) if number >= 0 else self._ids[:0]

    def mutuals(self, a: int, b: int) -> Ints:
        """Connections that two people share, as ascending ids."""
        return np.intersect1d(self.neighbours(a), self.neighbours(b), assume_unique=True)

    def within(self, id_: int, degrees: int) -> Ints:
        """Everyone at 1 … `degrees` steps, as ascending ids."""
        start = self._number(id_)
        if start < 0:
            return self._ids[:0]
        side = _Side(self, start)
        for _ in range(degrees):
            side.step()
        return np.sort(self._all_ids[side.distance > 0])

    def degree(self, a: int, b: int, max_degree: int) -> int | None:
        """Steps between two people: 0 for oneself, None when more than `max_degree` apart."""
        met = self._meet(self._number(a), self._number(b), max_degree)
        return None if met is None else met[0].depth + met[1].depth

    def degrees(self, id_: int, others: Ints) -> Ints:
        """Steps to each of `others`: 0 to oneself, 1, 2, and 3 for whoever is further away.

        Costs what the connections of one's connections are, however many `others` are, and little
        when asked again.
        """
        found = np.full(others.size, FURTHER, dtype=np.int64)
        found[others == id_] = 0
        number = self._number(id_)
        if number < 0:
            return found
        ways = self._ways_from(number)[self._numbers(others)]
        return _DEGREES[np.minimum(ways, 1)]

    def second(self, id_: int) -> tuple[Ints, Ints]:
        """Everyone at two steps, as ascending ids, and through how many connections each."""
        number = self._number(id_)
        if number < 0:
            return self._ids[:0], self._ids[:0]
        ways = self._ways_from(number)
        found = np.flatnonzero(ways > 0)
        if self._late:
            found = found[np.argsort(self._all_ids[found])]
        return self._all_ids[found], ways[found].astype(np.int64)

    def shortest_path(self, a: int, b: int) -> list[int] | None:
        """The ids from `a` to `b`, both included, or None when no path exists.

        Among paths of that length it is the one whose ids, read from `a`, are the smallest.
        """
        met = self._meet(self._number(a), self._number(b), len(self))
        if met is None:
            return None
        near, far = met
        levels = [np.flatnonzero((near.distance == near.depth) & (far.distance == far.depth))]
        for step in range(near.depth - 1, -1, -1):
            around = self._expand(levels[0])
            levels.insert(0, distinct(around[near.distance[around] == step]))
        path = [int(levels[0][0])]
        for level in levels[1:]:
            path.append(self._smallest(np.intersect1d(self._row(path[-1]), level)))
        for step in range(far.depth - 1, -1, -1):
            row = self._row(path[-1])
            path.append(self._smallest(row[far.distance[row] == step]))
        return [int(self._all_ids[number]) for number in path]

    def with_edge(self, a: int, b: int) -> Graph:
        """This graph and one more connection; new people are added with it."""
        if a == b:
            return self
        grown = self._with_people(a, b)
        one, other = grown._number(a), grown._number(b)
        if (grown._row(one) == other).any():
            return grown
        return grown._with_rows(
            {
                one: np.sort(np.append(grown._row(one), np.int32(other))),
                other: np.sort(np.append(grown._row(other), np.int32(one))),
            }
        )

    def without_edge(self, a: int, b: int) -> Graph:
        """This graph without that connection; the people stay."""
        one, other = self._number(a), self._number(b)
        if one < 0 or other < 0 or not (self._row(one) == other).any():
            return self
        row, back = self._row(one), self._row(other)
        return self._with_rows({one: row[row != other], other: back[back != one]})

    def without(self, id_: int) -> Graph:
        """This graph without anyone's connection to that person, who stays alone."""
        number = self._number(id_)
        if number < 0 or not self._row(number).size:
            return self
        rows = {other: self._row(other) for other in self._row(number).tolist()}
        rows = {other: row[row != number] for other, row in rows.items()}
        return self._with_rows({**rows, number: self._targets[:0]})

    def arrays(self) -> tuple[Ints, Ints, Numbers]:
        """ids, starts and targets with all changes in them; `from_arrays` takes them back."""
        graph = self._compacted(always=True)
        return graph._ids, graph._starts, graph._targets

    @classmethod
    def from_arrays(cls, ids: Ints, starts: Ints, targets: Numbers) -> Graph:
        return cls(ids, starts, targets)

    def _with_people(self, *ids: int) -> Graph:
        new = [id_ for id_ in ids if self._number(id_) < 0]
        if not new:
            return self
        late, young = dict(self._late), dict(self._young)
        for id_ in new:
            late[id_] = number = self._ids.size + len(late)
            young[number] = self._targets[:0]
        return Graph(self._ids, self._starts, self._targets, late, self._old, young)

    def _with_rows(self, rows: dict[int, Numbers]) -> Graph:
        old, young = self._old, {**self._young, **rows}
        if len(young) > YOUNG:
            old, young = {**old, **young}, {}
        return Graph(self._ids, self._starts, self._targets, self._late, old, young)._compacted()

    def _number(self, id_: int) -> int:
        place = int(np.searchsorted(self._ids, id_))
        if place < self._ids.size and self._ids[place] == id_:
            return place
        return self._late.get(id_, -1)

    def _numbers(self, ids: Ints) -> Ints:
        """The number of each id, -1 for strangers to the graph."""
        places = np.searchsorted(self._ids, ids)
        places[places == self._ids.size] = -1
        known = self._ids[places] == ids if self._ids.size else np.zeros(ids.size, np.bool_)
        numbers = np.where(known, places, -1)
        if self._late:
            for at in np.flatnonzero(~known).tolist():
                numbers[at] = self._late.get(int(ids[at]), -1)
        return numbers

    @cached_property
    def _all_ids(self) -> Ints:
        if not self._late:
            return self._ids
        return np.concatenate([self._ids, np.fromiter(self._late, dtype=np.int64)])

    @cached_property
    def _changed_numbers(self) -> Numbers:
        return distinct(np.array([*self._old, *self._young], dtype=np.int32))

    def _row(self, number: int) -> Numbers:
        for layer in (self._young, self._old):
            changed = layer.get(number)
            if changed is not None:
                return changed
        return self._targets[self._starts[number] : self._starts[number + 1]]

    def _expand(self, numbers: Ints) -> Numbers:
        """The neighbours of all of these, with repeats."""
        rows: list[Numbers] = []
        if self._old or self._young:
            changed = np.isin(numbers, self._changed_numbers)
            rows = [self._row(number) for number in numbers[changed].tolist()]
            numbers = numbers[~changed]
        starts, ends = self._starts[numbers], self._starts[numbers + 1]
        if np.sum(ends - starts) > LONG_ROWS * numbers.size:
            pairs = zip(starts.tolist(), ends.tolist(), strict=True)
            rows += [self._targets[start:end] for start, end in pairs]
            return np.concatenate(rows)
        base = self._targets[ranges(starts, ends - starts)]
        return np.concatenate([base, *rows]) if rows else base

    def _ways_from(self, number: int) -> Numbers:
        """Through how many connections each number is at two steps; `ITSELF`, `FIRST`, and 0 for
        whoever is further away. The last place stands for strangers.

        Kept for the latest who asked: search asks again with every key that is pressed.
        """
        for known, ways in list(self._asked):
            if known == number:
                return ways
        first = self._row(number).astype(np.int64)
        ways = np.bincount(self._expand(first), minlength=len(self) + 1).astype(np.int32)
        ways[first], ways[number] = FIRST, ITSELF
        self._asked[:] = [(number, ways), *self._asked[: MOST_ASKED - 1]]
        return ways

    def _smallest(self, numbers: NDArray[np.integer]) -> int:
        return int(numbers[np.argmin(self._all_ids[numbers])])

    def _meet(self, a: int, b: int, max_degree: int) -> tuple[_Side, _Side] | None:
        """Search from both ends, the smaller side first, until they touch."""
        if a < 0 or b < 0 or max_degree < 0:
            return None
        near, far = _Side(self, a), _Side(self, b)
        touching = a == b
        while not touching:
            if not near.frontier.size or not far.frontier.size:
                return None
            if near.depth + far.depth == max_degree:
                return None
            side, other = (near, far) if near.cost() <= far.cost() else (far, near)
            side.step()
            touching = bool((other.distance[side.frontier] == other.depth).any())
        return near, far

    def _compacted(self, *, always: bool = False) -> Graph:
        changed = len(self._old) + len(self._young)
        if not changed or (not always and changed <= max(COMPACT_AT, len(self) // COMPACT_SHARE)):
            return self
        rows = {**self._old, **self._young}
        ids = self._all_ids
        order = np.argsort(ids, kind="stable")
        place = np.empty(ids.size, dtype=np.int32)
        place[order] = np.arange(ids.size, dtype=np.int32)
        lengths = np.zeros(ids.size, dtype=np.int64)
        lengths[: self._ids.size] = np.diff(self._starts)
        for number, row in rows.items():
            lengths[number] = row.size
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths[order])])
        targets = np.empty(starts[-1], dtype=np.int32)
        same = np.setdiff1d(np.arange(self._ids.size), self._changed_numbers)
        targets[ranges(starts[place[same]], lengths[same])] = place[self._expand(same)]
        for number, row in rows.items():
            at = starts[place[number]]
            targets[at : at + row.size] = place[row]
        return Graph(ids[order], starts, targets)


class _Side:
    """One end of a search: how far everyone reached so far is, level by level."""

    def __init__(self, graph: Graph, start: int) -> None:
        self.graph = graph
        self.distance = np.full(len(graph), NOT_SEEN, dtype=np.int32)
        self.distance[start] = 0
        self.depth = 0
        self.frontier = np.array([start], dtype=np.int64)

    def cost(self) -> int:
        return int(self.frontier.size)

    def step(self) -> None:
        self.depth += 1
        around = self.graph._expand(self.frontier)
        fresh = around[self.distance[around] == NOT_SEEN]
        self.distance[fresh] = self.depth
        if fresh.size > len(self.graph) // 8:
            self.frontier = np.flatnonzero(self.distance == self.depth)
        else:
            self.frontier = distinct(fresh).astype(np.int64)
