"""`/health`: this process lives. `/ready`: it can serve people. Neither tells a secret."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from kring.core import clock
from kring.jobs import pulse
from kring.project import database

WORKER_SILENT_AFTER = timedelta(seconds=60)


class _Known:
    """Migrations only ever get applied, so a process need not ask again once they all are."""

    migrated = False


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    return _answer({"status": "alive"}, well=True)


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated, and a worker was seen in the last minute."""
    checks = {"database": "away", "migrations": "unknown", "worker": "unknown"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = "answers"
        _Known.migrated = _Known.migrated or not database.pending_migrations()
        checks["migrations"] = "applied" if _Known.migrated else "pending"
        beat = pulse.last_beat() if _Known.migrated else None
        alive = beat is not None and clock.utc_now() - beat < WORKER_SILENT_AFTER
        checks["worker"] = "alive" if alive else "silent"
    except DatabaseError:
        pass
    well = checks == {"database": "answers", "migrations": "applied", "worker": "alive"}
    return _answer({"status": "ready" if well else "not ready", **checks}, well=well)


def _answer(body: dict[str, str], *, well: bool) -> JsonResponse:
    response = JsonResponse(body, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response
