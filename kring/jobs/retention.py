"""How long the jobs' own tables keep what they hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from kring.core.models import Delivery
from kring.jobs.models import Pulse

# Long enough to be seen by `kring doctor` and to be mended; then nobody will.
GIVEN_UP_KEPT = timedelta(days=90)
# Machines come and go; the name of one in a container is new at each start.
PULSES_KEPT = timedelta(days=7)
BATCH = 1_000


def trim(now: datetime) -> int:
    """Forget what was given up long ago, and machines that are gone; returns how many rows."""
    total: int = Pulse.objects.filter(beat_at__lt=now - PULSES_KEPT).delete()[0]
    old = Delivery.objects.filter(given_up_at__lt=now - GIVEN_UP_KEPT).order_by("pk")
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        total += Delivery.objects.filter(pk__in=ids).delete()[0]
    return total
