"""What happened, recorded with the change it belongs to and delivered at least once.

A service calls `record(PostPublished(...), now=now)` inside its transaction. `project/wiring.py`
says which handlers hear which event; `jobs` delivers. Handlers run inside a transaction together
with the removal of their delivery, so what they write to the database happens exactly once; what
they do elsewhere must bear repetition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec
from django.db import connection

from kring.core import nodes
from kring.core.models import Delivery, RecordedEvent


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every event; ids of rows, never the private words in them."""

    KINDS: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Twice for one class: msgspec builds a struct class and its type-checked twin.
        Event.KINDS[cls.__name__] = cls


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the outbox."""

    seq: int
    event_id: int
    at: datetime
    event: Event


Handler = Callable[[Recorded], None]
E_ = TypeVar("E_", bound=Event)

HANDLERS: dict[str, Handler] = {}
_HEARS: dict[str, list[str]] = defaultdict(list)


def subscribe(event_types: Iterable[type[Event]], name: str, handler: Handler) -> None:
    """Let `handler` hear these events under a stable `name` (it stands in stored deliveries)."""
    HANDLERS[name] = handler
    for event_type in event_types:
        if name not in _HEARS[event_type.__name__]:
            _HEARS[event_type.__name__].append(name)


def heard_by(kind: str) -> list[str]:
    return list(_HEARS.get(kind, ()))


def record(event: Event, *, now: datetime) -> int:
    """Write the event and its deliveries; returns the event's id.

    Raises RuntimeError outside a transaction: an event without its change, or a change without
    its event, must be impossible.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("events are recorded inside the transaction they belong to")
    kind = type(event).__name__
    row = RecordedEvent.objects.create(
        event_id=nodes.new_id(), kind=kind, payload=msgspec.msgpack.encode(event), at=now
    )
    debts = [Delivery(event=row, handler=name, due_at=now) for name in heard_by(kind)]
    if debts:
        Delivery.objects.bulk_create(debts)
    return row.event_id


def decode(row: RecordedEvent) -> Recorded:
    """The event of a stored row. Raises KeyError for a kind this release does not know."""
    event = msgspec.msgpack.decode(bytes(row.payload), type=Event.KINDS[row.kind])
    return Recorded(seq=row.seq, event_id=row.event_id, at=row.at, event=event)


class Tail:
    """Follows the outbox from one process, missing nothing that commits out of order.

    Sequence numbers are given before commit, so a smaller one may appear after a larger one.
    A gap is therefore remembered and asked for again until it fills or `gap_polls` polls have
    passed (then its transaction was rolled back).
    """

    def __init__(self, *, start_after: int, gap_polls: int = 10_000, batch: int = 5_000) -> None:
        self.position = start_after
        self._gaps: dict[int, int] = {}
        self._gap_polls = gap_polls
        self._batch = batch

    def poll(self) -> Iterator[Recorded]:
        """New events in order of sequence (late ones when they appear). 1 query, 2 with gaps."""
        rows = list(
            RecordedEvent.objects.filter(seq__gt=self.position).order_by("seq")[: self._batch]
        )
        late = list(RecordedEvent.objects.filter(seq__in=list(self._gaps))) if self._gaps else []
        for seq in [seq for seq, polls in self._gaps.items() if polls >= self._gap_polls]:
            del self._gaps[seq]
        for seq in self._gaps:
            self._gaps[seq] += 1
        for row in late:
            self._gaps.pop(row.seq, None)
        for row in rows:
            for missing in range(self.position + 1, row.seq):
                self._gaps[missing] = 0
            self.position = row.seq
        for row in [*late, *rows]:
            if row.kind in Event.KINDS:
                yield decode(row)


def last_seq() -> int:
    """The newest sequence number, 0 when nothing ever happened."""
    newest = RecordedEvent.objects.order_by("-seq").values_list("seq", flat=True).first()
    return newest or 0
