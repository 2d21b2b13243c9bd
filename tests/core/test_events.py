"""The outbox and those who follow it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from kring.core import events
from kring.core.models import Delivery, RecordedEvent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDS = iter(range(1, 1_000_000))


class Knocked(events.Event, frozen=True):
    door: int
    whose: str | None = None


@pytest.fixture
def _heard(monkeypatch):
    monkeypatch.setitem(events._HEARS, "Knocked", ["test.one", "test.two"])


def knock(door: int) -> int:
    with transaction.atomic():
        events.record(Knocked(door=door), now=NOON)
    return events.last_seq()


def stored(*seqs: int) -> None:
    """Events as if their transactions had committed now, with these sequence numbers."""
    payload = events.msgspec.msgpack.encode(Knocked(door=1))
    for seq in seqs:
        RecordedEvent.objects.create(
            seq=seq, event_id=next(IDS), kind="Knocked", payload=payload, at=NOON
        )


def seqs(tail: events.Tail) -> list[int]:
    return [recorded.seq for recorded in tail.poll()]


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        events.record(Knocked(door=1), now=NOON)
    assert not RecordedEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_heard")
def test_an_event_owes_each_handler_one_delivery_and_can_be_read_back():
    seq = knock(7)
    assert sorted(Delivery.objects.values_list("handler", flat=True)) == ["test.one", "test.two"]
    recorded = events.decode(RecordedEvent.objects.get())
    assert (recorded.seq, recorded.at, recorded.event) == (seq, NOON, Knocked(door=7))


@pytest.mark.django_db
@pytest.mark.usefixtures("_heard")
def test_what_a_handler_is_owed_is_told_newest_first():
    for door in (1, 2, 3):
        knock(door)
    Delivery.objects.filter(handler="test.one", event=events.last_seq()).delete()
    owed = [recorded.event for recorded in events.owed_to("test.one", limit=5)]
    assert owed == [Knocked(door=2), Knocked(door=1)]
    assert [one.event for one in events.owed_to("test.two", limit=1)] == [Knocked(door=3)]
    assert events.owed_to("test.three", limit=5) == []


@pytest.mark.django_db
def test_a_tail_tells_what_came_since_once_and_in_order():
    start = knock(1)
    tail = events.Tail(start_after=start)
    assert seqs(tail) == []
    later = [knock(2), knock(3)]
    assert seqs(tail) == later
    assert seqs(tail) == []


@pytest.mark.django_db
def test_a_tail_goes_on_in_batches():
    tail = events.Tail(start_after=events.last_seq(), batch=2)
    made = [knock(door) for door in range(5)]
    assert [seqs(tail) for _ in range(4)] == [made[:2], made[2:4], made[4:], []]


@pytest.mark.django_db
def test_late_events_are_told_when_they_appear_and_gaps_shrink():
    stored(1_000)
    tail = events.Tail(start_after=1_000)
    stored(1_010)
    assert seqs(tail) == [1_010]
    stored(1_003, 1_004)
    assert seqs(tail) == [1_003, 1_004]
    stored(1_001, 1_009, 1_011)
    assert seqs(tail) == [1_001, 1_009, 1_011]
    assert [(gap.first, gap.last) for gap in tail.gaps[-2:]] == [(1_002, 1_002), (1_005, 1_008)]


@pytest.mark.django_db
def test_transactions_under_way_at_the_start_are_told_too():
    stored(5_001, 5_004)
    tail = events.Tail(start_after=5_004)
    assert seqs(tail) == []
    stored(5_002, 5_003, 5_005)
    assert seqs(tail) == [5_002, 5_003, 5_005]


@pytest.mark.django_db
def test_numbers_of_transactions_that_were_rolled_back_are_forgotten(django_assert_num_queries):
    passed = [0.0]
    stored(9_000)
    tail = events.Tail(start_after=9_000, patience=60, monotonic=lambda: passed[0])
    stored(9_005)
    seqs(tail)
    passed[0] = 61.0
    assert seqs(tail) == []
    assert tail.gaps == []
    with django_assert_num_queries(1):
        seqs(tail)


@pytest.mark.django_db
def test_an_event_of_a_later_release_is_passed_over():
    tail = events.Tail(start_after=events.last_seq())
    seq = knock(1)
    RecordedEvent.objects.filter(seq=seq).update(kind="NotYetInvented")
    after = knock(2)
    assert seqs(tail) == [after]


@pytest.mark.django_db(transaction=True)
def test_on_postgres_a_tail_misses_nothing_that_commits_late_or_rolls_back():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: numbers are given in the order of commits")
    given = {name: threading.Event() for name in ("before", "late", "lost")}
    go_on = threading.Event()

    def slow(name: str, *, fail: bool) -> None:
        try:
            with transaction.atomic():
                events.record(Knocked(door=1, whose=name), now=NOON)
                given[name].set()
                go_on.wait(10)
                if fail:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        finally:
            connection.close()

    def start(name: str, *, fail: bool = False) -> threading.Thread:
        thread = threading.Thread(target=slow, args=(name,), kwargs={"fail": fail})
        thread.start()
        assert given[name].wait(10)
        return thread

    threads = [start("before")]
    knock(1)
    tail = events.Tail(start_after=events.last_seq())
    threads += [start("late"), start("lost", fail=True)]
    knock(2)
    assert [recorded.event.door for recorded in tail.poll()] == [2]
    go_on.set()
    for thread in threads:
        thread.join()
    assert [recorded.event.whose for recorded in tail.poll()] == ["before", "late"]
    assert seqs(tail) == []
    knock(3)
    assert [recorded.event.door for recorded in tail.poll()] == [3]


@pytest.mark.django_db
def test_old_events_go_when_nobody_is_owed_them(monkeypatch):
    monkeypatch.setattr(events, "TRIM_BATCH", 2)
    stored(*range(1, 10))
    owed = RecordedEvent.objects.get(seq=4)
    Delivery.objects.create(event=owed, handler="test.one", due_at=NOON, given_up_at=NOON)
    assert events.trim(NOON + events.KEPT) == 0
    RecordedEvent.objects.filter(seq=6).update(at=NOON + timedelta(seconds=2))
    assert events.trim(NOON + events.KEPT + timedelta(seconds=1)) == 6
    left = list(RecordedEvent.objects.order_by("seq").values_list("seq", flat=True))
    # Owed, young, and the newest: whoever begins to follow begins there.
    assert left == [4, 6, 9]


@pytest.mark.django_db
def test_no_tail_can_still_be_waiting_for_what_is_trimmed():
    tail = events.Tail(start_after=0)
    assert events.KEPT.total_seconds() > 24 * tail._patience
