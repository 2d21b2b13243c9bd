"""Leases this process's node and hands out its ids.

A lease lasts `LEASE_MS`; a daemon thread with its own database connection renews it, so that a
renewal never joins somebody's transaction. Call `start()` before the first transaction of a
process (servers, workers and commands do); `new_id()` then never touches the database.
"""

from __future__ import annotations

import atexit
import os
import secrets
import threading
from contextlib import suppress

from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction

from kring.core import clock
from kring.core.ids import LEASABLE_NODES, IdGenerator, ms_of
from kring.core.models import NodeLease

LEASE_MS = 10 * 60 * 1000
RENEW_EVERY_SECONDS = 180.0


def _now_ms() -> int:
    return clock.to_ms(clock.utc_now())


class NodeHolder:
    """One process's lease. Forked children hold none and must start their own."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._pid = 0
        self._holder = ""
        self._node = 0
        self._expires_ms = 0
        self._ids: IdGenerator | None = None

    def start(self, *, renew: bool = True) -> None:
        """Lease a node unless this process holds a valid one; raises RuntimeError when all are."""
        with self._lock:
            if self._holds():
                return
            fresh = self._pid != os.getpid()
            self._pid, self._holder = os.getpid(), secrets.token_hex(8)
            self._node, self._expires_ms = claim(self._holder, _now_ms())
            self._ids = IdGenerator(self._node, _now_ms)
            if fresh and renew:
                threading.Thread(target=self._keep, name="node-lease", daemon=True).start()
                atexit.register(self._release_at_exit)

    def new_id(self) -> int:
        """A new id. Leases a node if nobody did or the lease ran out."""
        if self._ids is not None and self._pid == os.getpid():
            made = self._ids.next()
            # Looked at after the making: the id itself must lie inside the lease, also when this
            # process was put to sleep in between.
            if ms_of(made) < self._expires_ms and self._holds():
                return made
        self._lease_aside()
        return self.new_id()

    def _lease_aside(self) -> None:
        """Lease outside any transaction of the caller's: its rollback would undo the lease."""
        if not connection.in_atomic_block:
            self.start()
            return
        if connection.vendor == "sqlite":
            raise RuntimeError("call nodes.start() before the first transaction")
        failures: list[Exception] = []
        helper = threading.Thread(target=self._start_and_close, args=(failures,))
        helper.start()
        helper.join()
        if failures:
            raise RuntimeError("no id node could be leased") from failures[0]

    def _start_and_close(self, failures: list[Exception]) -> None:
        try:
            self.start()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def _holds(self) -> bool:
        """Whether this process's lease still covers the ids it would make now."""
        if self._pid != os.getpid():
            return False
        return max(_now_ms(), self._last_ms()) < self._expires_ms

    def use(self, generator: IdGenerator) -> None:
        """For tests and the lab: ids from this generator, with no lease."""
        self._pid, self._expires_ms, self._ids = os.getpid(), 1 << 62, generator

    def renew(self) -> None:
        with self._lock:
            until = max(_now_ms(), self._last_ms()) + LEASE_MS
            mine = NodeLease.objects.filter(node=self._node, holder=self._holder)
            # Zero rows: the lease ran out and somebody else has the node. Let it expire here too.
            if mine.filter(expires_ms__gte=_now_ms()).update(expires_ms=until):
                self._expires_ms = until

    def release(self) -> None:
        if self._pid != os.getpid() or not self._holder:
            return
        self._expires_ms = 0
        # Not before the last id made: under a clock that went back, that lies in the future.
        used_until = max(_now_ms(), self._last_ms())
        NodeLease.objects.filter(node=self._node, holder=self._holder).update(expires_ms=used_until)

    def _release_at_exit(self) -> None:
        # A courtesy: a lease that cannot be given back runs out by itself.
        with suppress(DatabaseError):
            self.release()

    def _last_ms(self) -> int:
        return self._ids.last_ms if self._ids is not None else 0

    def _keep(self) -> None:
        pause = threading.Event()
        while self._pid == os.getpid():
            pause.wait(RENEW_EVERY_SECONDS)
            try:
                self.renew()
            except Exception:  # noqa: S110  (a failed renewal is retried; an expired lease is refused)
                pass
            finally:
                close_old_connections()


def claim(holder: str, now_ms: int) -> tuple[int, int]:
    """Take a free node in the database; returns (node, expires_ms)."""
    until = now_ms + LEASE_MS
    for _ in range(20):
        free = NodeLease.objects.filter(expires_ms__lt=now_ms).order_by("expires_ms").first()
        if free is not None:
            taken = NodeLease.objects.filter(node=free.node, expires_ms=free.expires_ms)
            if taken.update(holder=holder, expires_ms=until):
                return free.node, until
            continue
        node = NodeLease.objects.count()
        if node >= LEASABLE_NODES:
            raise RuntimeError("all 1,023 id nodes are leased; stop processes or wait ten minutes")
        try:
            with transaction.atomic():
                NodeLease.objects.create(node=node, holder=holder, expires_ms=until)
            return node, until
        except IntegrityError:
            continue
    raise RuntimeError("no id node could be leased: too many processes start at once")


holder = NodeHolder()


def start() -> None:
    holder.start()


def new_id() -> int:
    return holder.new_id()
