"""The append-only log: what people did, and what they were shown. Learning reads only this.

People appear by pseudonym. An act is logged by a handler in the same transaction as its delivery,
under the id of its event: never lost, never twice. A served page is one compact record; pages wait
at most `FLUSH_SECONDS` in this process, so a crash may lose that moment of *showing*.
"""

from __future__ import annotations

import atexit
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from django.db import close_old_connections, transaction

from kring.core import events, nodes
from kring.core.ids import moment_of
from kring.core.prepared import Prepared
from kring.feed.events import PostsSeen
from kring.feed.models import LoggedAct, LoggedPage, PageReasons, Pseudonym
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


@dataclass(frozen=True, slots=True)
class _Waiting:
    """pack: makes the record of a row that has none yet; the writer has the time for it."""

    row: LoggedPage | PageReasons
    exposure: PostsSeen | None
    pack: Callable[[], bytes]

    def packed(self) -> LoggedPage | PageReasons:
        if not self.row.record:
            self.row.record = self.pack()
        return self.row


class PageBuffer:
    """Collects served pages and writes them together from a thread of its own.

    `waiting_for` and `reasons_waiting` let the same process see what is not written yet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._writer: threading.Thread | None = None
        self._wake = threading.Event()

    def add(
        self, *, viewer: int, page: Callable[[], ServedPage], exposure: PostsSeen | None = None
    ) -> int:
        """Log a page for this pseudonym; returns its id. Drops the page when writing lags far.

        page: asked for later, once
        exposure: what is told to have been seen, by likelihood, of a page that cannot report
        """
        row = LoggedPage(id=nodes.new_id(), viewer=viewer)
        if not self._wait(_Waiting(row, exposure, lambda: msgspec.msgpack.encode(page()))):
            log.warning("page log is full, a page is not logged")
        return row.id

    def add_reasons(self, *, viewer: int, pack: Callable[[], bytes]) -> int:
        """Keep what `pack` makes, later; returns its id, 0 when writing lags far."""
        row = PageReasons(id=nodes.new_id(), viewer=viewer)
        return row.id if self._wait(_Waiting(row, None, pack)) else 0

    def _wait(self, entry: _Waiting) -> bool:
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                return False
            self._waiting.append(entry)
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="page-log", daemon=True)
                self._writer.start()
                atexit.register(self.flush)
            return True

    def waiting_for(self, viewer: int) -> list[LoggedPage]:
        with self._lock:
            found = [entry for entry in self._waiting if entry.row.viewer == viewer]
        shown = [entry for entry in found if isinstance(entry.row, LoggedPage)]
        return [row for entry in shown if isinstance(row := entry.packed(), LoggedPage)]

    def reasons_waiting(self, page_id: int) -> PageReasons | None:
        with self._lock:
            found = [entry for entry in self._waiting if entry.row.pk == page_id]
        rows = [entry.packed() for entry in found]
        return next((row for row in rows if isinstance(row, PageReasons)), None)

    def flush(self) -> None:
        """Write what waits. A failed write keeps the pages for the next attempt."""
        with self._lock:
            waiting = list(self._waiting)
        if not waiting:
            return
        _write(waiting)
        written = {entry.row.id for entry in waiting}
        with self._lock:
            self._waiting = [entry for entry in self._waiting if entry.row.id not in written]

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
def _write(waiting: Sequence[_Waiting]) -> None:
    """Pages and what is told of them stand together, and once: 2 queries, 3 with exposures."""
    exposures = {entry.row.id: entry.exposure for entry in waiting if entry.exposure is not None}
    # Of an attempt that seemed to fail and did not, everything stands already.
    told = set(LoggedPage.objects.filter(pk__in=exposures).values_list("pk", flat=True))
    rows = [entry.packed() for entry in waiting]
    shown = [row for row in rows if isinstance(row, LoggedPage)]
    why = [row for row in rows if isinstance(row, PageReasons)]
    LoggedPage.objects.bulk_create(shown, ignore_conflicts=True)
    PageReasons.objects.bulk_create(why, ignore_conflicts=True)
    for page_id, exposure in exposures.items():
        if page_id not in told:
            seen = msgspec.structs.replace(exposure, page_id=page_id)
            events.record(seen, now=moment_of(page_id))


pages = PageBuffer()


def decode_page(row: LoggedPage) -> ServedPage:
    return msgspec.msgpack.decode(bytes(row.record), type=ServedPage)
