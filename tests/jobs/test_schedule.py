from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kring.jobs import pulse, schedule
from kring.jobs.models import ScheduledRun

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ran(monkeypatch):
    monkeypatch.setattr(schedule, "TASKS", {})
    moments: list[datetime] = []
    schedule.register("hourly", HOUR, moments.append)
    return moments


def test_a_task_runs_at_the_first_start_and_then_at_its_interval(ran):
    for minutes in (0, 1, 59, 60, 61, 125):
        schedule.run_due(now=NOON + timedelta(minutes=minutes))
    assert ran == [NOON, NOON + HOUR, NOON + timedelta(minutes=125)]


def test_of_two_that_ask_at_once_one_gets_it(ran):
    assert schedule._take("hourly", None, NOON)
    assert not schedule._take("hourly", None, NOON)


def test_a_failing_task_stops_no_other_and_comes_again(ran):
    def fail(now):
        raise ValueError("private words")

    schedule.register("failing", HOUR, fail)
    assert schedule.run_due(now=NOON) == 2
    assert ran == [NOON]
    assert ScheduledRun.objects.get(name="failing").last_error == "ValueError"
    assert schedule.run_due(now=NOON + HOUR) == 2


def test_a_clock_that_was_ahead_does_not_stop_a_task(ran):
    schedule.run_due(now=NOON + timedelta(days=400))
    schedule.run_due(now=NOON)
    assert ran[-1] == NOON


def test_nothing_due_costs_one_query(ran, django_assert_num_queries):
    schedule.run_due(now=NOON)
    with django_assert_num_queries(1):
        schedule.run_due(now=NOON + timedelta(seconds=1))


def test_the_pulse_is_the_latest_sign_of_life():
    assert pulse.last_beat() is None
    pulse.beat(now=NOON)
    pulse.beat(now=NOON + HOUR)
    assert pulse.last_beat() == NOON + HOUR
