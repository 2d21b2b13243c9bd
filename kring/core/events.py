"""What happened, recorded with the change it belongs to and delivered at least once.

A service calls `record(PostPublished(...), now=now)` inside its transaction. `project/wiring.py`
says which handlers hear which event; `jobs` delivers. Handlers run inside a transaction together
with the removal of their delivery, so what they write to the database happens exactly once; what
they do elsewhere must bear repetition.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from kring.core import nodes
from kring.core.models import Delivery, RecordedEvent
from kring.core.prepared import Prepared, columns_of


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


# Recorded by a bulk import instead of an event per row: whoever keeps a picture starts anew.
REBUILDING = "DataImported"

Handler = Callable[[Recorded], None]

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


_OWED = Prepared(
    lambda handler, limit: (
        RecordedEvent.objects.filter(deliveries__handler=handler)
        .order_by("-deliveries__event")
        .values_list(*columns_of(RecordedEvent))[:limit]
    )
)


def owed_to(handler: str, *, limit: int) -> list[Recorded]:
    """What this handler has still to hear, or was given up, the newest first. 1 query."""
    rows = _OWED.objects(RecordedEvent, handler=handler, limit=limit)
    return [decode(row) for row in rows if row.kind in Event.KINDS]


class Gap(NamedTuple):
    """Sequence numbers, both ends included, that were given out and have not been seen."""

    first: int
    last: int
    noticed: float


_NEWER = Prepared(
    lambda after, batch: (
        RecordedEvent.objects.filter(seq__gt=after)
        .order_by("seq")
        .values_list(*columns_of(RecordedEvent))[:batch]
    )
)


class Tail:
    """Follows the outbox from one process, missing nothing that commits out of order.

    Sequence numbers are given before commit, so a smaller one may appear after a larger one.
    A gap is therefore remembered and asked for again until it fills or `patience` seconds have
    passed: then its transaction was rolled back. The last `LOOK_BACK` numbers before
    `start_after` are searched for gaps too, for transactions under way at the start.
    """

    LOOK_BACK = 2_000
    GAPS_A_QUERY = 200

    def __init__(
        self,
        *,
        start_after: int,
        patience: float = 3_600.0,
        batch: int = 5_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.position = max(0, start_after - self.LOOK_BACK)
        self.gaps: list[Gap] = []
        self._patience, self._batch, self._monotonic = patience, batch, monotonic
        known = RecordedEvent.objects.filter(seq__gt=self.position, seq__lte=start_after)
        self._pass([*known.order_by("seq").values_list("seq", flat=True), start_after + 1])
        self.position = start_after

    @classmethod
    def resumed(cls, position: int, gaps: Sequence[tuple[int, int]], *, batch: int = 5_000) -> Tail:
        """A tail that goes on where another one stood: at that position, with its gaps."""
        tail = cls(start_after=0, batch=batch)
        tail.position = position
        tail.gaps = [Gap(first, last, tail._monotonic()) for first, last in gaps]
        return tail

    def poll(self) -> Iterator[Recorded]:
        """New events in order of sequence, then late ones. 1 query, and 1 per 200 gaps.

        All are taken in hand at once: a caller that stops half-way has missed the rest.
        """
        newer = _NEWER.objects(RecordedEvent, self.position, batch=self._batch)
        rows = [*self._late(), *newer]
        self._pass([row.seq for row in rows if row.seq > self.position])
        return iter([decode(row) for row in rows if row.kind in Event.KINDS])

    def _pass(self, seqs: Sequence[int]) -> None:
        """Move on past these rising numbers, noting what lies between them."""
        for seq in seqs:
            if seq > self.position + 1:
                self.gaps.append(Gap(self.position + 1, seq - 1, self._monotonic()))
            self.position = seq

    def _late(self) -> list[RecordedEvent]:
        """Rows that have appeared in gaps; the gaps shrink, and the oldest are forgotten."""
        forget = self._monotonic() - self._patience
        rows: list[RecordedEvent] = []
        for start in range(0, len(self.gaps), self.GAPS_A_QUERY):
            asked = self.gaps[start : start + self.GAPS_A_QUERY]
            inside = Q()
            for gap in asked:
                inside |= Q(seq__gte=gap.first, seq__lte=gap.last)
            rows += RecordedEvent.objects.filter(inside).order_by("seq")
        filled = [row.seq for row in rows]
        self.gaps = [
            rest for gap in self.gaps if gap.noticed > forget for rest in _without(gap, filled)
        ]
        return rows


def _without(gap: Gap, filled: Sequence[int]) -> Iterator[Gap]:
    """What is left of a gap once these rising numbers have appeared."""
    first = gap.first
    for seq in filled:
        if gap.first <= seq <= gap.last:
            if seq > first:
                yield Gap(first, seq - 1, gap.noticed)
            first = seq + 1
    if first <= gap.last:
        yield Gap(first, gap.last, gap.noticed)


def last_seq() -> int:
    """The newest sequence number, 0 when nothing ever happened."""
    newest = RecordedEvent.objects.order_by("-seq").values_list("seq", flat=True).first()
    return newest or 0


# Far longer than any `Tail` waits for a number to appear.
KEPT = timedelta(days=7)
TRIM_BATCH, TRIM_BATCHES = 1_000, 100


def trim(now: datetime) -> int:
    """Delete events older than `KEPT` that owe nobody a delivery; returns how many.

    The newest stays, so that numbers go on from it. At most 100,000 at a time, 2 queries a 1,000.
    """
    old = RecordedEvent.objects.filter(at__lt=now - KEPT, seq__lt=last_seq())
    owing_nobody = old.filter(~Exists(Delivery.objects.filter(event=OuterRef("pk"))))
    total = 0
    for _ in range(TRIM_BATCHES):
        seqs = list(owing_nobody.order_by("seq").values_list("seq", flat=True)[:TRIM_BATCH])
        RecordedEvent.objects.filter(seq__in=seqs).delete()
        total += len(seqs)
        if len(seqs) < TRIM_BATCH:
            break
    return total
