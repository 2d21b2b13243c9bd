"""Exports that members asked for: made in the background, one at a time, kept for a week.

A process of its own makes them (`kring export --waiting`, which the worker starts): it needs the
feed's index for what the feed concludes, and gives that memory back when it is done.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from kring.archive.events import ExportReady
from kring.archive.export.package import write
from kring.archive.models import KEPT, Export
from kring.core import nodes
from kring.core.errors import Conflict, NotFound, TooMany
from kring.core.events import record
from kring.core.ids import MAX_ID
from kring.members.models import Identity
from kring.posts.services.access import lock

EVERY = timedelta(seconds=2)
A_DAY = timedelta(days=1)
EXPORTS_A_DAY = 2
TRIES = 3
# Longer than any export takes; then whoever made it is gone.
LEASE = timedelta(minutes=30)
PORTION = 100
COMMAND = [sys.executable, "-m", "kring.project.cli", "export", "--waiting"]
log = structlog.get_logger(__name__)


def folder() -> Path:
    return Path(settings.ENV.data) / "exports"


def path_of(export_id: int) -> Path:
    return folder() / f"{int(export_id)}.zip"


@transaction.atomic
def ask(*, by: Identity, now: datetime) -> Export:
    """Let a copy of one's data be made. Raises Conflict while one is made, TooMany for too many."""
    lock(by)
    recent = Export.objects.filter(identity=by)
    if recent.filter(ended_at=None).exists():
        raise Conflict(_("Your copy is being made already."), code="export_waiting")
    times = recent.filter(asked_at__gt=now - A_DAY).order_by("asked_at")
    asked = list(times.values_list("asked_at", flat=True))
    if len(asked) >= EXPORTS_A_DAY:
        raise TooMany(
            _("That is as many copies as one can ask for in a day. Ask again tomorrow."),
            retry_after=int((asked[-EXPORTS_A_DAY] + A_DAY - now).total_seconds()) + 1,
            code="exports_a_day",
        )
    return Export.objects.create(id=nodes.new_id(), identity=by, asked_at=now)


def exports_of(person: Identity, *, now: datetime) -> Sequence[Export]:
    """What they asked for in the last week, the newest first. 1 query."""
    found = Export.objects.filter(_kept(now), identity=person).order_by("-asked_at", "-pk")
    return list(found[:20])


def file_of(person: Identity, export_id: int, *, now: datetime) -> Path:
    """The file of an export of one's own. Raises NotFound for anything else, and after a week."""
    ready = Export.objects.filter(_kept(now), identity=person, bytes__isnull=False)
    if not 0 < export_id <= MAX_ID or not ready.filter(pk=export_id).exists():
        raise NotFound(_("That copy is no longer there. Ask for a new one."), code="export")
    return path_of(export_id)


def _kept(now: datetime) -> Q:
    return Q(ended_at=None) | Q(ended_at__gt=now - KEPT)


def make_waiting(now: datetime) -> int:
    """Make what is waited for, the oldest first; returns how many were tried."""
    tried = 0
    while (export := _take(now)) is not None:
        tried += 1
        try:
            _make(export, now)
        except Exception as error:  # one person's bug must not keep the others waiting
            log.error("export.failed", error=type(error).__name__)
            _give_up_or_wait(export, now)
            path_of(export.pk).unlink(missing_ok=True)
            if export.attempts < TRIES:
                break
    return tried


def _waiting(now: datetime) -> QuerySet[Export]:
    idle = Q(started_at=None) | Q(started_at__lt=now - LEASE)
    return Export.objects.filter(idle, ended_at=None)


def _take(now: datetime) -> Export | None:
    """One export that nobody else makes, marked as in hand."""
    for export in _waiting(now).order_by("pk")[:PORTION]:
        if export.attempts >= TRIES:
            _give_up_or_wait(export, now)
        elif _waiting(now).filter(pk=export.pk).update(started_at=now, attempts=F("attempts") + 1):
            export.attempts += 1
            return export
    return None


def _give_up_or_wait(export: Export, now: datetime) -> None:
    over = now if export.attempts >= TRIES else None
    Export.objects.filter(pk=export.pk, ended_at=None).update(started_at=None, ended_at=over)


def _make(export: Export, now: datetime) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = path_of(export.pk)
    path.unlink(missing_ok=True)  # of an attempt that was killed
    person = Identity.objects.select_related("portrait").get(pk=export.identity_id)
    write(person, path, now=now)
    with transaction.atomic():
        mine = Export.objects.filter(pk=export.pk, ended_at=None)
        if mine.update(ended_at=now, bytes=path.stat().st_size):
            record(ExportReady(export_id=export.pk), now=now)
            return
    # They were erased meanwhile.
    path.unlink(missing_ok=True)


def clean_up(now: datetime) -> int:
    """Forget exports after a week, and files that belong to none; returns how many."""
    old = list(Export.objects.exclude(_kept(now)).values_list("pk", flat=True)[:PORTION])
    forget(old)
    strays = 0
    known = set(Export.objects.values_list("pk", flat=True))
    for path in folder().glob("*.zip"):
        number = path.name.removesuffix(".zip")
        if not number.isdecimal() or int(number) not in known:
            path.unlink(missing_ok=True)
            strays += 1
    before = (now - LEASE).timestamp()
    for path in folder().glob(".*.part"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            strays += 1
    return len(old) + strays


def forget(export_ids: Sequence[int]) -> None:
    """Remove these exports and their files."""
    with transaction.atomic():
        Export.objects.filter(pk__in=export_ids).delete()
        transaction.on_commit(lambda: _remove_files(export_ids))


def _remove_files(export_ids: Sequence[int]) -> None:
    for export_id in export_ids:
        path_of(export_id).unlink(missing_ok=True)


class Maker:
    """Starts the process that makes what is waited for, one at a time."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, now: datetime) -> bool:
        """Whether one was started. 1 query at most."""
        if self._running is not None and self._running.poll() is None:
            return False
        if not _waiting(now).exists():
            return False
        self._running = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL)  # noqa: S603
        return True


maker = Maker()
