"""Claiming, paying, putting off and giving up deliveries, seen from one process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from kring.core import events
from kring.core.models import Delivery
from kring.jobs import deliveries
from kring.jobs.models import Pulse
from kring.jobs.worker import Worker, drain

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Rang(events.Event, frozen=True):
    bell: int


class Heard:
    """A handler that notes what it heard, and fails as often as it was told to."""

    def __init__(self) -> None:
        self.bells: list[int] = []
        self.fail: Exception | None = None

    def __call__(self, recorded):
        if self.fail:
            raise self.fail
        self.bells.append(recorded.event.bell)
        Pulse.objects.create(machine=f"bell {recorded.event.bell}", beat_at=recorded.at)


@pytest.fixture
def heard(monkeypatch):
    handler = Heard()
    monkeypatch.setitem(events.HANDLERS, "test.heard", handler)
    monkeypatch.setitem(events._HEARS, "Rang", ["test.heard"])
    return handler


def ring(*bells: int, now=NOON) -> None:
    with transaction.atomic():
        for bell in bells:
            events.record(Rang(bell=bell), now=now)


def claim(now=NOON, *, lease="mine", limit=10):
    return deliveries.claim(lease=lease, limit=limit, now=now)


def test_each_event_is_delivered_once_and_its_delivery_goes(heard):
    ring(1, 2, 3)
    assert all(deliveries.deliver(one, now=NOON) for one in claim())
    assert sorted(heard.bells) == [1, 2, 3]
    assert not Delivery.objects.exists()
    assert claim() == []


def test_what_is_claimed_is_left_alone_until_its_lease_ends(heard):
    ring(1, 2, 3)
    assert len(claim(limit=2)) == 2
    assert len(claim(lease="other")) == 1
    assert claim(NOON + deliveries.LEASE - SECOND, lease="other") == []
    assert deliveries.extend(lease="mine", now=NOON + 20 * SECOND) == 2
    late = NOON + 20 * SECOND + deliveries.LEASE - SECOND
    assert [one.lease for one in claim(late, lease="third")] == ["third"]
    assert claim(late, lease="fourth") == []


def test_a_lost_lease_undoes_what_its_handler_wrote(heard):
    ring(1)
    (slow,) = claim()
    (taken,) = claim(NOON + deliveries.LEASE, lease="other")
    assert not deliveries.deliver(slow, now=NOON + deliveries.LEASE)
    assert not Pulse.objects.exists()
    assert deliveries.deliver(taken, now=NOON + deliveries.LEASE)
    assert Pulse.objects.count() == 1


def test_a_failing_handler_is_put_off_longer_each_time_and_given_up_in_the_end(heard, caplog):
    heard.fail = ValueError("Dear Ada, this is between us")
    ring(1)
    now, waits = NOON, []
    for _ in range(deliveries.MAX_ATTEMPTS):
        (one,) = claim(now)
        assert not deliveries.deliver(one, now=now)
        row = Delivery.objects.get()
        if row.given_up_at is None:
            waits.append(int((row.due_at - now).total_seconds()))
            assert claim(row.due_at - SECOND) == []
            now = row.due_at
    assert waits == [1, 4, 16, 64, 256, 1024, 3600, 3600, 3600, 3600, 3600]
    assert row.given_up_at == now
    assert claim(now + timedelta(days=365)) == []
    assert deliveries.given_up() == [("test.heard", "ValueError", 1)]
    assert deliveries.undelivered() == 0
    assert "between us" not in row.last_error + caplog.text


def test_it_works_again_once_the_handler_does(heard):
    heard.fail = ValueError()
    ring(1)
    deliveries.deliver(claim()[0], now=NOON)
    heard.fail = None
    (again,) = claim(NOON + SECOND)
    assert deliveries.deliver(again, now=NOON + SECOND)
    assert heard.bells == [1]


def test_one_that_kills_its_worker_is_tried_alone_and_given_up_in_the_end(heard):
    ring(1, 2)
    now = NOON
    assert len(claim(now)) == 2
    seen: set[int] = set()
    for _ in range(2 * deliveries.MAX_ATTEMPTS):
        now += deliveries.LEASE
        seen |= {one.pk for one in claim(now)}
        assert Delivery.objects.filter(leased_until__gt=now).count() <= 1
    assert len(seen) == 2
    assert deliveries.given_up() == [("test.heard", deliveries.WORKER_DIED, 2)]


def test_a_handler_or_event_this_release_does_not_know_waits_for_one_that_does(heard, monkeypatch):
    ring(1)
    monkeypatch.delitem(events.HANDLERS, "test.heard")
    assert not deliveries.deliver(claim()[0], now=NOON)
    assert Delivery.objects.get().last_error == "KeyError"


def test_given_back_is_free_at_once(heard):
    ring(1, 2)
    deliveries.release(claim())
    assert len(claim(lease="other")) == 2
    assert not Delivery.objects.filter(attempts__gt=0).exists()


def test_looking_for_work_when_there_is_none_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert claim() == []


def test_a_turn_delivers_a_batch_and_shows_a_pulse(heard):
    ring(*range(7))
    worker = Worker(batch=5)
    assert [worker.turn(), worker.turn(), worker.turn()] == [5, 2, 0]
    assert sorted(heard.bells) == list(range(7))
    assert Pulse.objects.filter(machine__startswith="bell").count() == 7
    assert Pulse.objects.count() == 8


def test_drain_delivers_all_there_is_and_leaves_failures_behind(heard):
    ring(*range(60))
    assert drain() == 60
    heard.fail = ValueError()
    ring(61)
    assert drain() == 1
    assert deliveries.undelivered() == 1


def test_events_are_recorded_with_their_change_or_not_at_all(heard):
    with transaction.atomic():
        events.record(Rang(bell=1), now=NOON)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_what_a_clock_that_was_ahead_put_far_off_is_due_when_the_clock_is_right(heard):
    ahead = NOON + timedelta(days=3)
    ring(1, 2, now=ahead)
    claim(ahead, lease="of a worker that died", limit=1)
    ring(3)
    assert [one.event.seq for one in claim(lease="before")] == [max(_seqs())]
    assert deliveries.pull_back(NOON) == 2
    taken = claim(NOON, lease="after")
    assert all(deliveries.deliver(one, now=NOON) for one in taken)
    assert heard.bells == [1, 2]


def test_what_is_put_off_or_in_hand_stays_so(heard):
    heard.fail = ValueError()
    ring(1, 2)
    (failed, *_rest) = claim(limit=1)
    for attempt in range(1, 11):
        deliveries.put_off(failed, ValueError(), NOON)
        failed.lease = ""
        assert failed.attempts == attempt
    claim(lease="mine")
    before = list(Delivery.objects.order_by("pk").values())
    assert deliveries.pull_back(NOON) == 0
    assert list(Delivery.objects.order_by("pk").values()) == before


def _seqs() -> list[int]:
    return list(Delivery.objects.values_list("event__seq", flat=True))
