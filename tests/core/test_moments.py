"""Milliseconds of the database are those of Python's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kring.core.clock import to_ms
from kring.core.models import RecordedEvent
from kring.core.moments import Milliseconds

MOMENTS = st.datetimes(datetime(1999, 1, 1), datetime(2069, 1, 1), timezones=st.just(UTC))


@pytest.mark.django_db
@given(st.lists(MOMENTS, min_size=1, max_size=8))
@settings(max_examples=30, suppress_health_check=[*HealthCheck])
def test_they_are_rounded_down_alike(moments):
    moments += [moments[0].replace(microsecond=0), moments[0].replace(microsecond=999_999)]
    RecordedEvent.objects.all().delete()
    rows = [
        RecordedEvent(event_id=at, kind="Nothing", payload=b"", at=moment)
        for at, moment in enumerate(moments)
    ]
    RecordedEvent.objects.bulk_create(rows)
    found = RecordedEvent.objects.order_by("event_id").values_list(Milliseconds("at"), flat=True)
    assert list(found) == [to_ms(moment) for moment in moments]
