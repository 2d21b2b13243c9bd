"""The append-only log: what people did, and what they were shown. Learning reads only this.

People appear by pseudonym. An act is logged by a handler in the same transaction as its delivery,
under the id of its event: never lost, never twice. A served page is one compact record; pages wait
at most `FLUSH_SECONDS` in this process, so a crash may lose that moment of *showing*.
"""

from __future__ import annotations

import atexit
import secrets
import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from django.db import close_old_connections, transaction

from kring.core import events, nodes
from kring.core.ids import moment_of
from kring.core.prepared import Prepared
from kring.feed.events import PostsSeen
from kring.feed.models import LoggedAct, LoggedPage, Pseudonym
from kring.members.models import Identity

FLUSH_SECONDS = 1.0
BATCH = 1_000
MAX_WAITING = 2_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act to log. `id` is its event's id, or a backdated one; identities become pseudonyms."""

    id: int
    actor_identity_id: int
    kind: str
    subject_id: int | None = None
    towards_identity_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class ServedPage(msgspec.Struct, frozen=True, array_like=True):
    """What one page showed. Lists are parallel, in the order served.

    stages: reach stage of each placement; propensities: probability in (0, 1] that this placement
    was drawn (1 where nothing was drawn). bins: uint8 feature bins, row-major, one row per post.
    measured: whether the page was asked to report what was seen of it; what it reported stands in
    `SeenPage` under the same id, and as PostsSeen among the acts.
    """

    surface: str
    policy: str
    ranker: str
    posts: list[int]
    sources: list[int]
    stages: list[int]
    propensities: list[float]
    bins: bytes
    seed: int = 0
    measured: bool = False


_KNOWN = Prepared(
    lambda ids: Pseudonym.objects.filter(pk__in=ids).values_list("identity_id", "pseudonym")
)


def pseudonyms(identity_ids: Collection[int]) -> dict[int, int]:
    """The pseudonym of each identity, made when it has none yet.

    1 query when all exist. Identities that do not exist, or no longer, are left out: nobody gets
    a new pseudonym by what others do towards a tombstone.
    """
    wanted = set(identity_ids)
    known: dict[int, int] = dict(_KNOWN.rows(wanted))
    missing = wanted - known.keys()
    if missing:
        living = Identity.objects.filter(pk__in=missing, deleted_at=None).values_list(
            "pk", flat=True
        )
        Pseudonym.objects.bulk_create(
            [
                Pseudonym(identity_id=identity_id, pseudonym=secrets.randbits(62))
                for identity_id in sorted(living)
            ],
            ignore_conflicts=True,
        )
        known.update(
            Pseudonym.objects.filter(identity_id__in=missing).values_list(
                "identity_id", "pseudonym"
            )
        )
    return known


def append_acts(rows: Iterable[ActRow]) -> int:
    """Log acts; those whose id is logged already are left alone. Returns how many were given.

    Constant queries per batch of 1,000.
    """
    total = 0
    batch: list[ActRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            total += _append(batch)
            batch = []
    return total + _append(batch)


def _append(batch: list[ActRow]) -> int:
    if not batch:
        return 0
    people = {row.actor_identity_id for row in batch}
    people |= {row.towards_identity_id for row in batch if row.towards_identity_id is not None}
    known = pseudonyms(people)
    LoggedAct.objects.bulk_create(
        [
            LoggedAct(
                id=row.id,
                actor=known[row.actor_identity_id],
                kind=row.kind,
                subject_id=row.subject_id,
                towards=known.get(row.towards_identity_id or 0),
                detail=row.detail,
            )
            for row in batch
            # Of somebody who was erased before it was logged, an act is nobody's any more.
            if row.actor_identity_id in known
        ],
        ignore_conflicts=True,
    )
    return len(batch)


class PageBuffer:
    """Collects served pages and writes them together from a thread of its own.

    `waiting_for` lets the same process see what it has shown but not yet written.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[LoggedPage, PostsSeen | None]] = []
        self._writer: threading.Thread | None = None
        self._wake = threading.Event()

    def add(self, *, viewer: int, page: ServedPage, exposure: PostsSeen | None = None) -> int:
        """Log a page for this pseudonym; returns its id. Drops the page when writing lags far.

        exposure: what is told to have been seen, by likelihood, of a page that cannot report
        """
        row = LoggedPage(id=nodes.new_id(), viewer=viewer, record=msgspec.msgpack.encode(page))
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                log.warning("page log is full, a page is not logged")
                return row.id
            self._waiting.append((row, exposure))
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="page-log", daemon=True)
                self._writer.start()
                atexit.register(self.flush)
        return row.id

    def waiting_for(self, viewer: int) -> list[LoggedPage]:
        with self._lock:
            return [row for row, _exposure in self._waiting if row.viewer == viewer]

    def flush(self) -> None:
        """Write what waits. A failed write keeps the pages for the next attempt."""
        with self._lock:
            waiting = list(self._waiting)
        if not waiting:
            return
        _write(waiting)
        written = {row.id for row, _exposure in waiting}
        with self._lock:
            self._waiting = [held for held in self._waiting if held[0].id not in written]

    def forget(self) -> None:
        """Drop what waits; for tests, whose database is rolled back under it."""
        with self._lock:
            self._waiting = []

    def _run(self) -> None:
        while True:
            self._wake.wait(FLUSH_SECONDS)
            try:
                self.flush()
            except Exception as error:
                log.warning("page log could not be written", error=type(error).__name__)
            finally:
                close_old_connections()


@transaction.atomic
def _write(waiting: Sequence[tuple[LoggedPage, PostsSeen | None]]) -> None:
    """Pages and what is told of them stand together, and once: 1 query, 2 with exposures."""
    telling = [row.id for row, exposure in waiting if exposure is not None]
    # Of an attempt that seemed to fail and did not, everything stands already.
    told = set(LoggedPage.objects.filter(pk__in=telling).values_list("pk", flat=True))
    LoggedPage.objects.bulk_create([row for row, _exposure in waiting], ignore_conflicts=True)
    for row, exposure in waiting:
        if exposure is not None and row.id not in told:
            seen = msgspec.structs.replace(exposure, page_id=row.id)
            events.record(seen, now=moment_of(row.id))


pages = PageBuffer()


def decode_page(row: LoggedPage) -> ServedPage:
    return msgspec.msgpack.decode(bytes(row.record), type=ServedPage)
