"""The worker's loop: claim, deliver, keep the lease alive, run what is scheduled, show a pulse."""

from __future__ import annotations

import secrets
import threading
import time

import structlog
from django.db import DatabaseError, close_old_connections, connection

from kring.core import clock
from kring.core.models import Delivery
from kring.jobs import deliveries, pulse, schedule

BATCH = 50
SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 0.25
PULSE_EVERY = 10.0
SCHEDULE_EVERY = 1.0
PAUSE_WITHOUT_DATABASE = 2.0

log = structlog.get_logger(__name__)


class Heart:
    """A thread that extends the lease while deliveries are in hand, however slow a handler is."""

    def __init__(self, lease: str, every: float) -> None:
        self._lease, self._every = lease, every
        self._stop = threading.Event()
        self.in_hand = False
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _beat(self) -> None:
        while not self._stop.wait(self._every):
            if not self.in_hand:
                continue
            try:
                deliveries.extend(lease=self._lease, now=clock.utc_now())
            except DatabaseError as error:
                # On SQLite the handler's own transaction keeps us out, and every claimer with us.
                log.info("lease.not_extended", error=type(error).__name__)
            close_old_connections()
        connection.close()


class Worker:
    """Delivers until told to stop. One thread runs handlers; many workers may run side by side."""

    def __init__(self, *, batch: int = BATCH) -> None:
        self.lease = secrets.token_hex(16)
        self._batch = batch
        self._stop = threading.Event()
        self._heart = Heart(self.lease, deliveries.LEASE.total_seconds() / 3)
        self._pulse_at = self._schedule_at = 0.0

    def stop(self) -> None:
        """End the loop after the handler that is running; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        pause = SHORTEST_PAUSE
        self._heart.start()
        try:
            while not self._stop.is_set():
                try:
                    close_old_connections()
                    worked = self.turn()
                except DatabaseError as error:
                    log.error("worker.database", error=type(error).__name__)
                    connection.close()
                    self._stop.wait(PAUSE_WITHOUT_DATABASE)
                    continue
                pause = SHORTEST_PAUSE if worked else min(pause * 2, LONGEST_PAUSE)
                if not worked:
                    self._stop.wait(pause)
        finally:
            self._heart.stop()

    def turn(self) -> int:
        """One round; returns how many deliveries were taken in hand."""
        self._by_the_clock()
        claimed = deliveries.claim(lease=self.lease, limit=self._batch, now=clock.utc_now())
        self._heart.in_hand = bool(claimed)
        try:
            for position, delivery in enumerate(claimed):
                if self._stop.is_set():
                    deliveries.release(claimed[position:])
                    break
                deliveries.deliver(delivery, now=clock.utc_now())
        finally:
            self._heart.in_hand = False
        return len(claimed)

    def _by_the_clock(self) -> None:
        passed = time.monotonic()
        if passed - self._pulse_at >= PULSE_EVERY or not self._pulse_at:
            self._pulse_at = passed
            pulse.beat(now=clock.utc_now())
        if passed - self._schedule_at >= SCHEDULE_EVERY or not self._schedule_at:
            self._schedule_at = passed
            schedule.run_due(now=clock.utc_now())


def drain(*, limit: int = 100_000) -> int:
    """Deliver everything that is due now, in this process; for commands and tests.

    Returns how many deliveries were tried. Failing ones are put off and left behind.
    """
    worker, tried = Worker(), 0
    while tried < limit:
        claimed: list[Delivery] = deliveries.claim(
            lease=worker.lease, limit=BATCH, now=clock.utc_now()
        )
        if not claimed:
            break
        for delivery in claimed:
            deliveries.deliver(delivery, now=clock.utc_now())
        tried += len(claimed)
    return tried
