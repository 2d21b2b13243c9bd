"""Growable arrays and the three indexes over them that the feed needs.

A community grows by one row at a time and is read by thousands at a time, so each structure is a
sorted base built in bulk plus a small dictionary of what arrived since; once that grows past a
share of the base, the base is built again (amortised constant cost per row).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
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


def lookup(values: NDArray[Any], keys: NDArray[Any], table: Floats) -> Floats:
    """The table's number for each value, 0 where its (sorted) keys do not hold it."""
    if not keys.size:
        return np.zeros(len(values))
    place = np.searchsorted(keys, values)
    place[place == keys.size] = 0
    return np.where(keys[place] == values, table[place], 0.0)


class Column(Generic[S]):
    """One array that doubles when full. `view` is the filled part, not a copy."""

    def __init__(self, dtype: type[S], *, width: int = 0) -> None:
        self._data: NDArray[S] = np.zeros((0, width) if width else 0, dtype=dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def view(self) -> NDArray[S]:
        return self._data[: self._size]

    def append(self, value: Any) -> None:
        self._reserve(self._size + 1)
        self._data[self._size] = value
        self._size += 1

    def extend(self, values: ArrayLike) -> None:
        added: NDArray[Any] = np.asarray(values)
        self._reserve(self._size + len(added))
        self._data[self._size : self._size + len(added)] = added
        self._size += len(added)

    def fill_to(self, size: int, value: Any) -> None:
        """Lengthen to `size` rows, the new ones holding `value`."""
        if size > self._size:
            self._reserve(size)
            self._data[self._size : size] = value
            self._size = size

    def _reserve(self, size: int) -> None:
        if size > len(self._data):
            grown = np.zeros(
                (max(size, 2 * len(self._data), 64), *self._data.shape[1:]), dtype=self._data.dtype
            )
            grown[: self._size] = self._data[: self._size]
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
        found = np.full(len(ids), -1, dtype=np.int32)
        if self._base_ids.size:
            place = np.searchsorted(self._base_ids, ids)
            place[place == self._base_ids.size] = 0
            known = self._base_ids[place] == ids
            found[known] = self._base_numbers[place[known]]
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

    def _rebuild(self) -> None:
        ids = self.ids.view
        order = np.argsort(ids, kind="stable")
        self._base_ids, self._base_numbers = ids[order].copy(), order.astype(np.int32)
        self._fresh = {}


class GroupedRows:
    """The rows of each key (a small number), oldest first."""

    def __init__(self) -> None:
        self._order: Rows = np.zeros(0, dtype=np.int32)
        self._start: Ints = np.zeros(1, dtype=np.int64)
        self._fresh: dict[int, list[int]] = {}
        self._fresh_rows = 0

    def add(self, key: int, row: int, age: Ints | None = None) -> None:
        """Add a row at the end, or by its age (one per row) where rows may arrive late."""
        if key < 0:
            return
        fresh = self._fresh.setdefault(key, [])
        if age is None or not fresh or age[fresh[-1]] <= age[row]:
            fresh.append(row)
        else:
            insort(fresh, row, key=age.__getitem__)
        self._fresh_rows += 1

    @property
    def overgrown(self) -> bool:
        return self._fresh_rows > max(REBUILD_FROM, self._order.size // REBUILD_SHARE)

    def rebuild(self, keys: Rows, age: Ints) -> None:
        """Sort every row anew. keys: one per row, -1 for none; age: ascending = newer."""
        order = np.lexsort((age, keys)).astype(np.int32)
        order = order[np.searchsorted(keys[order], 0) :]
        counts = np.bincount(keys[order]) if order.size else np.zeros(0, dtype=np.int64)
        self._order = order
        self._start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        self._fresh, self._fresh_rows = {}, 0

    def rebuild_pairs(self, keys: Rows, rows: Rows) -> None:
        """Group rows that may stand under several keys: one entry per pair, in order of the row."""
        order = np.lexsort((rows, keys))
        counts = np.bincount(keys) if keys.size else np.zeros(0, dtype=np.int64)
        self._order = rows[order]
        self._start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        self._fresh, self._fresh_rows = {}, 0

    def rows(self, key: int, *, newest: int = 0) -> Rows:
        """The key's rows, oldest first; at most the `newest` ones when that is given."""
        base = self._order[0:0]
        if 0 <= key < self._start.size - 1:
            base = self._order[self._start[key] : self._start[key + 1]]
        fresh = self._fresh.get(key)
        if fresh:
            base = np.concatenate([base, np.array(fresh, dtype=np.int32)])
        return base[-newest:] if newest else base

    def newest(self, keys: Rows, each: int) -> Rows:
        """Up to `each` rows of every key from the base and as many from what came since."""
        known = keys[(keys >= 0) & (keys < self._start.size - 1)].astype(np.int64)
        ends = self._start[known + 1]
        lengths = np.minimum(ends - self._start[known], each)
        rows = self._order[ranges(ends - lengths, lengths)]
        fresh = self._fresh_of(keys, each)
        return np.concatenate([rows, np.array(fresh, dtype=np.int32)]) if fresh else rows

    def _fresh_of(self, keys: Rows, each: int) -> Sequence[int]:
        if not self._fresh:
            return ()
        wanted: list[int] = keys.tolist()
        if len(self._fresh) < len(wanted):
            held = set(wanted)
            wanted = [key for key in self._fresh if key in held]
        return [row for key in wanted for row in self._fresh.get(key, ())[-each:]]
