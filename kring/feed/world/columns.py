"""Growable arrays and the three indexes over them that the feed needs.

A community grows by one row at a time and is read by thousands at a time, so each structure is a
sorted base built in bulk plus a small dictionary of what arrived since; once that grows past a
share of the base, the two are merged (amortised constant cost per row).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kring.network.graph import distinct, ranges

Ints = NDArray[np.int64]
Rows = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
S = TypeVar("S", bound=np.generic)

REBUILD_FROM = 4096
REBUILD_SHARE = 8


def contains(values: NDArray[Any], members: NDArray[Any]) -> Bools:
    """Which of `values` are among `members`, which must be sorted."""
    if not members.size:
        return np.zeros(len(values), dtype=np.bool_)
    place = np.searchsorted(members, values)
    place[place == members.size] = 0
    return np.asarray(members[place] == values)


def places(values: NDArray[Any], keys: NDArray[Any]) -> Ints:
    """Where each of `values` stands among keys, which must be sorted; -1 for one that does not."""
    if not keys.size:
        return np.full(len(values), -1)
    place = np.searchsorted(keys, values)
    place[place == keys.size] = 0
    return np.where(keys[place] == values, place, -1)


def lookup(values: NDArray[Any], keys: NDArray[Any], table: Floats) -> Floats:
    """The table's number for each value, 0 where its (sorted) keys do not hold it."""
    if not keys.size:
        return np.zeros(len(values))
    place = np.searchsorted(keys, values)
    place[place == keys.size] = 0
    return np.where(keys[place] == values, table[place], 0.0)


class Column(Generic[S]):
    """One array that doubles when full.

    view: the filled part, not a copy; an attribute, because it is asked for hundreds of times a
    page and written a few times an event
    """

    def __init__(self, dtype: type[S], *, width: int = 0) -> None:
        self._data: NDArray[S] = np.zeros((0, width) if width else 0, dtype=dtype)
        self.view: NDArray[S] = self._data

    def __len__(self) -> int:
        return len(self.view)

    def append(self, value: Any) -> None:
        size = len(self.view)
        self._reserve(size + 1)
        self._data[size] = value
        self.view = self._data[: size + 1]

    def extend(self, values: ArrayLike) -> None:
        added: NDArray[Any] = np.asarray(values)
        size = len(self.view)
        self._reserve(size + len(added))
        self._data[size : size + len(added)] = added
        self.view = self._data[: size + len(added)]

    def fill_to(self, size: int, value: Any) -> None:
        """Lengthen to `size` rows, the new ones holding `value`."""
        if size > len(self.view):
            self._reserve(size)
            self._data[len(self.view) : size] = value
            self.view = self._data[:size]

    def keep(self, rows: NDArray[np.integer]) -> None:
        """Hold these rows alone, in this order. The array stays, so that views of it move on."""
        held = self._data[rows]
        self._data[: len(held)] = held
        self.view = self._data[: len(held)]

    def adopt(self, data: NDArray[Any], size: int) -> None:
        """Hold the first `size` rows of an array, and write further ones behind them.

        Raises ValueError for an array of another kind.
        """
        if data.dtype != self._data.dtype or data.shape[1:] != self._data.shape[1:]:
            raise ValueError("an array of another kind")
        self._data, self.view = data, data[:size]

    def _reserve(self, size: int) -> None:
        if size > len(self._data):
            grown = np.zeros(
                (max(size, 2 * len(self._data), 64), *self._data.shape[1:]), dtype=self._data.dtype
            )
            grown[: len(self.view)] = self.view
            self._data = grown


class IdIndex:
    """Numbers arbitrary ids 0, 1, 2 … in order of arrival, and finds the number again."""

    def __init__(self) -> None:
        self.ids: Column[np.int64] = Column(np.int64)
        self._base_ids: Ints = np.zeros(0, dtype=np.int64)
        self._base_numbers: Rows = np.zeros(0, dtype=np.int32)
        self._fresh: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, id_: int) -> int:
        """The id's number, or -1."""
        number = self._fresh.get(id_)
        if number is not None:
            return number
        place = int(np.searchsorted(self._base_ids, id_))
        if place < self._base_ids.size and self._base_ids[place] == id_:
            return int(self._base_numbers[place])
        return -1

    def add(self, id_: int) -> int:
        """The id's number, given now if it had none."""
        number = self.find(id_)
        if number < 0:
            number = len(self.ids)
            self.ids.append(id_)
            self._fresh[id_] = number
            if len(self._fresh) > max(REBUILD_FROM, len(self.ids) // REBUILD_SHARE):
                self._rebuild()
        return number

    def find_many(self, ids: Ints) -> Rows:
        """The number of each id, -1 where unknown."""
        if self._base_ids.size:
            place = np.searchsorted(self._base_ids, ids)
            np.minimum(place, self._base_ids.size - 1, out=place)
            known = self._base_ids[place] == ids
            found = np.where(known, self._base_numbers[place], np.int32(-1))
        else:
            found = np.full(len(ids), -1, dtype=np.int32)
        if self._fresh:
            get = self._fresh.get
            for at in np.flatnonzero(found < 0).tolist():
                found[at] = get(int(ids[at]), -1)
        return found

    def add_many(self, ids: Ints) -> Rows:
        """The number of each id, new ones numbered in ascending order of id."""
        unique = distinct(ids)
        new = unique[self.find_many(unique) < 0]
        if new.size:
            self.ids.extend(new)
            self._rebuild()
        return self.find_many(ids)

    def arrays(self) -> tuple[Ints, Rows]:
        """All ids in order, and the number of each."""
        if self._fresh:
            self._rebuild()
        return self._base_ids, self._base_numbers

    def adopt(self, ordered: Ints, numbers: Rows) -> None:
        self._base_ids, self._base_numbers, self._fresh = ordered, numbers, {}

    def _rebuild(self) -> None:
        ids = self.ids.view
        order = np.argsort(ids, kind="stable")
        self._base_ids, self._base_numbers = ids[order].copy(), order.astype(np.int32)
        self._fresh = {}


class GroupedRows:
    """The rows of each key (a small number), oldest first.

    age: one number per row, ascending = newer; without it rows are as old as their numbers say.
    Rows that come later than younger ones are put in their place, and those that leave are gone
    at once, so that it makes no difference whether rows came one by one or all together.
    """

    def __init__(self, age: Column[np.int64] | None = None) -> None:
        self._age = age
        self._order: Rows = np.zeros(0, dtype=np.int32)
        self._start: Ints = np.zeros(1, dtype=np.int64)
        self._fresh: dict[int, list[int]] = {}
        self._gone: dict[int, set[int]] = {}
        # Keys of which a fresh row is older than one of the base.
        self._late: set[int] = set()
        self._changes = 0

    def add(self, key: int, row: int) -> None:
        """Add a row by its age; -1 is no key."""
        if key < 0:
            return
        self._changes += 1
        if row in self._gone.get(key, ()):
            self._gone[key].remove(row)
            return
        fresh, age = self._fresh.setdefault(key, []), self._age_of
        if fresh and age(fresh[-1]) > age(row):
            insort(fresh, row, key=age)
        else:
            fresh.append(row)
        base = self._base(key)
        if base.size and age(int(base[-1])) > age(row):
            self._late.add(key)

    def remove(self, key: int, row: int) -> None:
        """Take a row away again; one that is not there changes nothing."""
        fresh = self._fresh.get(key, [])
        if row in fresh:
            fresh.remove(row)
        elif (self._base(key) == row).any():
            self._gone.setdefault(key, set()).add(row)
        else:
            return
        self._changes += 1

    @property
    def overgrown(self) -> bool:
        return self._changes > max(REBUILD_FROM, self._order.size // REBUILD_SHARE)

    def settle(self) -> None:
        """Put what changed into the sorted base."""
        if not self._changes:
            return
        keys = np.repeat(np.arange(len(self._start) - 1), np.diff(self._start))
        kept = self._kept(keys)
        keys, rows = keys[kept], self._order[kept]
        fresh_keys, fresh_rows = self._fresh_pairs()
        if self._late:
            every = np.concatenate([keys, fresh_keys]), np.concatenate([rows, fresh_rows])
            self.rebuild_pairs(*every)
            return
        # Nothing is out of order: each key's fresh rows go behind its others.
        by_key = np.argsort(fresh_keys, kind="stable")
        fresh_keys, fresh_rows = fresh_keys[by_key], fresh_rows[by_key]
        size = int(max(len(self._start) - 1, fresh_keys[-1] + 1 if fresh_keys.size else 0))
        held, came = np.bincount(keys, minlength=size), np.bincount(fresh_keys, minlength=size)
        start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(held + came)])
        order = np.empty(start[-1], dtype=np.int32)
        order[ranges(start[:-1], held)] = rows
        order[ranges(start[:-1] + held, came)] = fresh_rows
        self._order = order
        self._settled(start)

    def rebuild(self, keys: Rows) -> None:
        """Sort every row anew. keys: one per row, -1 for none."""
        held = np.flatnonzero(keys >= 0).astype(np.int32)
        self.rebuild_pairs(keys[held], held)

    def rebuild_pairs(self, keys: NDArray[Any], rows: Rows) -> None:
        """Group rows that may stand under several keys: one entry per pair."""
        age: NDArray[Any] = rows if self._age is None else self._age.view[rows]
        self._order = rows[np.lexsort((rows, age, keys))].astype(np.int32)
        counts = np.bincount(keys) if keys.size else np.zeros(0, dtype=np.int64)
        self._settled(np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]))

    def rows(self, key: int, *, newest: int = 0) -> Rows:
        """The key's rows, oldest first; at most the `newest` ones when that is given."""
        base = self._base(key)
        if self._changes:
            gone, fresh = self._gone.get(key), self._fresh.get(key)
            if gone:
                base = base[~np.isin(base, np.array(sorted(gone), dtype=np.int32))]
            if fresh:
                base = np.concatenate([base, np.array(fresh, dtype=np.int32)])
                if key in self._late and self._age is not None:
                    base = base[np.lexsort((base, self._age.view[base]))]
                elif key in self._late:
                    base = np.sort(base)
        return base[-newest:] if newest else base

    def last(self, keys: Rows) -> Rows:
        """The newest row of each key, in the order of the keys; -1 for one that has none."""
        rows = np.full(len(keys), -1, dtype=np.int32)
        held = np.flatnonzero((keys >= 0) & (keys < self._start.size - 1))
        known = keys.take(held)
        ends = self._start.take(known + 1)
        some = ends > self._start.take(known)
        rows[held[some]] = self._order.take(ends[some] - 1)
        if self._changes:
            changed = {*self._touched(keys, self._fresh), *self._touched(keys, self._gone)}
            for at in np.flatnonzero(contains(keys, np.array(sorted(changed)))).tolist():
                rows[at] = next(iter(self.rows(int(keys[at]), newest=1).tolist()), -1)
        return rows

    def newest(self, keys: Rows, each: int) -> Rows:
        """The `each` newest rows of every key, grouped by nothing in particular."""
        known = keys[(keys >= 0) & (keys < self._start.size - 1)].astype(np.int64)
        most: int | Ints = each
        parts: list[Rows] = []
        if self._changes:
            odd = [key for key in self._touched(keys, self._gone) if self._gone[key]]
            odd += [key for key in self._touched(keys, self._late) if key not in set(odd)]
            parts = [self.rows(key, newest=each) for key in odd]
            known = known[~contains(known, np.sort(np.array(odd, dtype=np.int64)))]
            grown = set(self._touched(keys, self._fresh)).difference(odd)
            counts = {key: min(len(self._fresh[key]), each) for key in grown}
            fresh = [row for key in counts for row in self._fresh[key][-each:]]
            parts.append(np.array(fresh, dtype=np.int32))
            most = each - _dense(known, counts)
        ends = self._start.take(known + 1)
        lengths = np.minimum(ends - self._start.take(known), most)
        rows = self._order.take(ranges(ends - lengths, lengths))
        return np.concatenate([rows, *parts]) if parts else rows

    def arrays(self) -> tuple[Rows, Ints]:
        """Rows by key, and where each key's begin; of groups that are settled."""
        return self._order, self._start

    def adopt(self, order: Rows, start: Ints) -> None:
        self._order = order
        self._settled(start)

    def _base(self, key: int) -> Rows:
        if 0 <= key < self._start.size - 1:
            return self._order[self._start[key] : self._start[key + 1]]
        return self._order[0:0]

    def _age_of(self, row: int) -> int:
        return row if self._age is None else int(self._age.view[row])

    def _touched(self, keys: Rows, among: Collection[int]) -> list[int]:
        if not among:
            return []
        wanted: list[int] = keys.tolist()
        if len(among) < len(wanted):
            held = set(wanted)
            return [key for key in among if key in held]
        return [key for key in wanted if key in among]

    def _fresh_pairs(self) -> tuple[Ints, Rows]:
        keys = np.array([*self._fresh], dtype=np.int64)
        counts = np.array([len(rows) for rows in self._fresh.values()], dtype=np.int64)
        rows = np.fromiter((row for rows in self._fresh.values() for row in rows), dtype=np.int32)
        return np.repeat(keys, counts), rows

    def _kept(self, keys: Ints) -> Bools:
        """Which entries of the base have not left; keys: of each entry."""
        gone = [key << 32 | row for key, rows in self._gone.items() for row in rows]
        if not gone:
            return np.ones(len(keys), dtype=np.bool_)
        return ~contains(keys << 32 | self._order, np.sort(np.array(gone, dtype=np.int64)))

    def _settled(self, start: Ints) -> None:
        self._start, self._changes = start, 0
        self._fresh, self._gone, self._late = {}, {}, set()


def _dense(keys: Ints, counts: dict[int, int]) -> Ints:
    """The count of each key, 0 for one that has none."""
    if not counts:
        return np.zeros(len(keys), dtype=np.int64)
    held = np.array(sorted(counts), dtype=np.int64)
    numbers = np.array([counts[key] for key in held.tolist()], dtype=np.int64)
    place = np.minimum(np.searchsorted(held, keys), held.size - 1)
    return np.where(held[place] == keys, numbers[place], 0)
