"""Ids: 63 bits that sort as chronology.

    41 bits  milliseconds since 2000-01-01 UTC (until 2069)
    10 bits  node, leased by a process for as long as it lives (`kring.core.nodes`)
    12 bits  sequence within the millisecond

Never random, never reused; strings in JSON because JavaScript loses bits past 2^53. Backdated
objects (imports, remote ones) take their id from `created_at` on a node of their own
(`BACKDATED_NODE`), where `allocate_backdated` asks the table which are still free.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from kring.core.clock import EPOCH_2000_MS, from_ms, to_ms

NODE_BITS, SEQUENCE_BITS = 10, 12
TIME_SHIFT = NODE_BITS + SEQUENCE_BITS
MAX_SEQUENCE = (1 << SEQUENCE_BITS) - 1
BACKDATED_NODE = (1 << NODE_BITS) - 1
LEASABLE_NODES = BACKDATED_NODE
MAX_ID = (1 << 63) - 1


def compose(*, ms: int, node: int, sequence: int) -> int:
    """Build an id. `ms` counts from 1970; raises ValueError when a part does not fit."""
    since = ms - EPOCH_2000_MS
    if not 0 <= since < 1 << 41:
        raise ValueError("an id's moment must lie between 2000 and 2069")
    if not 0 <= node <= BACKDATED_NODE or not 0 <= sequence <= MAX_SEQUENCE:
        raise ValueError("an id's node has 10 bits and its sequence 12")
    return since << TIME_SHIFT | node << SEQUENCE_BITS | sequence


def ms_of(id_: int) -> int:
    """Milliseconds since 1970 at which the object came to be."""
    return (id_ >> TIME_SHIFT) + EPOCH_2000_MS


def moment_of(id_: int) -> datetime:
    return from_ms(ms_of(id_))


def first_id_at(moment: datetime) -> int:
    """The smallest id of that millisecond: `id >= first_id_at(t)` means "at t or later".

    Moments before 2000 give 0 and moments after 2069 the largest id, so any date bounds a query.
    """
    since = to_ms(moment) - EPOCH_2000_MS
    return min(max(since, 0) << TIME_SHIFT, MAX_ID)


class IdGenerator:
    """Hands out ids for one leased node; safe for threads; never goes back with the clock."""

    def __init__(self, node: int, clock_ms: Callable[[], int]) -> None:
        self._node = node
        self._clock_ms = clock_ms
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0

    @property
    def last_ms(self) -> int:
        """The moment in the newest id made, 0 before the first."""
        return self._last_ms

    def next(self) -> int:
        """A new id, larger than every earlier one from this generator."""
        with self._lock:
            ms = max(self._clock_ms(), self._last_ms)
            if ms == self._last_ms:
                self._sequence += 1
                if self._sequence > MAX_SEQUENCE:
                    ms, self._sequence = ms + 1, 0
            else:
                self._sequence = 0
            self._last_ms = ms
            return compose(ms=ms, node=self._node, sequence=self._sequence)


def allocate_backdated(
    moments: Sequence[datetime], *, taken: Callable[[Collection[int]], set[int]]
) -> list[int]:
    """One free id per moment, in order; two of the same millisecond get rising sequences.

    taken: which of these ids exist already (one query per call; called again only on a clash).
    Raises ValueError when one millisecond needs more than 4,096 ids.
    """
    ids: list[int] = [0] * len(moments)
    next_sequence: dict[int, int] = {}
    open_slots = list(range(len(moments)))
    while open_slots:
        for slot in open_slots:
            ms = to_ms(moments[slot])
            sequence = next_sequence.get(ms, 0)
            next_sequence[ms] = sequence + 1
            ids[slot] = compose(ms=ms, node=BACKDATED_NODE, sequence=sequence)
        clashes = taken([ids[slot] for slot in open_slots])
        open_slots = [slot for slot in open_slots if ids[slot] in clashes]
    return ids
