"""Keeping what is costly to make, within a number of things and of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lru(Generic[K, V]):
    """The least recently used go first when there are more than `things`, or than `bytes_` hold.

    For several threads at once. What is larger than all there is room for is not kept.
    """

    def __init__(self, *, things: int, bytes_: int) -> None:
        self._things, self._most = things, bytes_
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes_kept = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, *, size: int) -> None:
        """size: in bytes, as far as it is worth counting"""
        with self._lock:
            self._take_out(key)
            if size > self._most:
                return
            self._kept[key] = value, size
            self.bytes_kept += size
            while len(self._kept) > self._things or self.bytes_kept > self._most:
                self._take_out(next(iter(self._kept)))

    def _take_out(self, key: K) -> None:
        _value, size = self._kept.pop(key, (None, 0))
        self.bytes_kept -= size

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes_kept = 0
