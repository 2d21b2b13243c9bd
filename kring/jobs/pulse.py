"""The worker's sign of life."""

from __future__ import annotations

import socket
from datetime import datetime

from django.db.models import Max

from kring.jobs.models import Pulse


def beat(*, now: datetime) -> None:
    Pulse.objects.update_or_create(machine=socket.gethostname()[:64], defaults={"beat_at": now})


def last_beat() -> datetime | None:
    """When any worker was last seen; None when none ever was. 1 query."""
    newest: datetime | None = Pulse.objects.aggregate(newest=Max("beat_at"))["newest"]
    return newest
