"""What the jobs remember of what is over goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kring.core import events
from kring.core.models import Delivery, RecordedEvent
from kring.jobs import retention
from kring.jobs.models import Pulse
from tests.worlds import NOON

pytestmark = pytest.mark.django_db


def delivery(number: int, given_up_at=None) -> Delivery:
    event = RecordedEvent.objects.create(
        event_id=number, kind="Followed", payload=b"", at=NOON - timedelta(days=200)
    )
    return Delivery.objects.create(
        event=event, handler="feed.log_act", due_at=NOON, given_up_at=given_up_at
    )


def test_what_was_given_up_long_ago_goes_and_its_event_after_it():
    old = delivery(1, NOON - retention.GIVEN_UP_KEPT - timedelta(seconds=1))
    young = delivery(2, NOON - retention.GIVEN_UP_KEPT + timedelta(seconds=1))
    waiting = delivery(3)
    RecordedEvent.objects.create(event_id=9, kind="Followed", payload=b"", at=NOON)
    assert retention.trim(NOON) == 1
    assert set(Delivery.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert retention.trim(NOON) == 0
    events.trim(NOON)
    left = set(RecordedEvent.objects.values_list("event_id", flat=True))
    assert left == {2, 3, 9}
    assert old.event.event_id not in left


def test_machines_that_are_gone_are_forgotten():
    for name, days in (("gone", 8), ("here", 0), ("resting", 6)):
        Pulse.objects.create(machine=name, beat_at=NOON - timedelta(days=days))
    retention.trim(NOON)
    assert set(Pulse.objects.values_list("machine", flat=True)) == {"here", "resting"}
