"""Deliveries: one handler's debt to one event, taken under a lease and paid exactly once.

    due ──claim──▶ leased ──handler returns──▶ gone, in the handler's own transaction
     ▲               │
     │               ├──handler raises──▶ due again after `backoff`, given up after MAX_ATTEMPTS
     └──lease ends───┘                    (kept, with the class of the last error)

A delivery whose lease ran out belonged to a worker that died. It is claimed alone, and counts as
an attempt: so one that kills its worker is given up in the end and takes no other down with it.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from kring.core import events
from kring.core.models import Delivery

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 12
LONGEST_BACKOFF = timedelta(hours=1)
WORKER_DIED = "WorkerDied"
# Nothing is put off or leased for longer: what lies further ahead was written by a wrong clock.
FURTHEST_AHEAD = LONGEST_BACKOFF + LEASE

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker has the delivery by now; what this one did is rolled back."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: 1 s, 4 s, 16 s … 1 h."""
    return min(timedelta(seconds=4 ** (attempts - 1)), LONGEST_BACKOFF)


def claim(*, lease: str, limit: int, now: datetime) -> list[Delivery]:
    """Take due deliveries, oldest first, with their events; other workers now pass them by.

    Costs 1 query when nothing is due (and no write lock), else at most 7.
    """
    if not _due(now).exists():
        return []
    with transaction.atomic():
        orphan = _locked(_due(now).filter(leased_until__isnull=False)).first()
        if orphan is not None:
            orphan.attempts += 1
            if orphan.attempts >= MAX_ATTEMPTS:
                _give_up(orphan, WORKER_DIED, now)
                return []
            ids = [orphan.pk]
        else:
            fresh = _locked(_due(now).filter(leased_until__isnull=True))
            ids = list(fresh.values_list("pk", flat=True)[:limit])
        mine = Delivery.objects.filter(pk__in=ids)
        mine.update(lease=lease, leased_until=now + LEASE)
        if orphan is not None:
            mine.update(attempts=orphan.attempts)
        return list(mine.select_related("event").order_by("due_at", "pk"))


def extend(*, lease: str, now: datetime) -> int:
    """Push the end of a lease on; returns how many deliveries it still covers."""
    return Delivery.objects.filter(lease=lease).update(leased_until=now + LEASE)


def pull_back(now: datetime) -> int:
    """Make due now what a clock that was ahead put far off; returns how many. 2 queries.

    A worker that still has one in hand extends its lease by the clock as it is, so it is not one of
    these.
    """
    ahead = now + FURTHEST_AHEAD
    waiting = Delivery.objects.filter(given_up_at=None)
    leased = waiting.filter(leased_until__gt=ahead).update(lease="", leased_until=None, due_at=now)
    return leased + waiting.filter(due_at__gt=ahead).update(due_at=now)


def release(claimed: Sequence[Delivery]) -> None:
    """Give back what was claimed and not begun, so that the next worker need not wait."""
    for delivery in claimed:
        mine = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease)
        mine.update(lease="", leased_until=None)


def deliver(delivery: Delivery, *, now: datetime) -> bool:
    """Run the handler once; True when its effect and the end of the delivery are committed.

    A failing handler is put off, not raised. Raises DatabaseError when the database itself is
    gone: the delivery's lease then runs out.
    """
    try:
        handler = events.HANDLERS[delivery.handler]
        recorded = events.decode(delivery.event)
        with transaction.atomic():
            handler(recorded)
            if not Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).delete()[0]:
                raise LeaseLost
    except LeaseLost:
        log.warning("delivery.lease_lost", handler=delivery.handler, seq=delivery.event_id)
        return False
    except Exception as error:  # a handler's bug must not stop the others
        put_off(delivery, error, now)
        return False
    return True


def put_off(delivery: Delivery, error: Exception, now: datetime) -> None:
    """Note the failure and try again later, or give up."""
    name = type(error).__name__
    place = traceback.extract_tb(error.__traceback__)[-1:]
    # The error's own words may be somebody's private words: only its class and place are kept.
    log.error(
        "delivery.failed",
        handler=delivery.handler,
        kind=delivery.event.kind,
        seq=delivery.event_id,
        error=name,
        place=[f"{frame.filename}:{frame.lineno}" for frame in place],
        attempt=delivery.attempts + 1,
    )
    delivery.attempts += 1
    if delivery.attempts >= MAX_ATTEMPTS:
        _give_up(delivery, name, now)
        return
    Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(
        attempts=delivery.attempts,
        due_at=now + backoff(delivery.attempts),
        last_error=name[:300],
        lease="",
        leased_until=None,
    )


def undelivered() -> int:
    """How many deliveries are still to come."""
    return Delivery.objects.filter(given_up_at__isnull=True).count()


def given_up() -> list[tuple[str, str, int]]:
    """(handler, class of the last error, how many), the most frequent first; at most 20 rows."""
    rows = (
        Delivery.objects.filter(given_up_at__isnull=False)
        .values_list("handler", "last_error")
        .annotate(many=Count("pk"))
        .order_by("-many", "handler")
    )
    return [(handler, error, many) for handler, error, many in rows[:20]]


def _due(now: datetime) -> QuerySet[Delivery]:
    free = Delivery.objects.exclude(leased_until__gt=now)
    return free.filter(given_up_at__isnull=True, due_at__lte=now).order_by("due_at", "pk")


def _locked(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    # SQLite needs no row locks: its transaction is IMMEDIATE, so there is one claimer at a time.
    if connection.vendor == "postgresql":
        return rows.select_for_update(skip_locked=True)
    return rows


def _give_up(delivery: Delivery, error: str, now: datetime) -> None:
    log.error("delivery.given_up", handler=delivery.handler, seq=delivery.event_id, error=error)
    Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(
        attempts=delivery.attempts,
        given_up_at=now,
        last_error=error[:300],
        lease="",
        leased_until=None,
    )
