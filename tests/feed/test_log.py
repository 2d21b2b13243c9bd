from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from kring.core import clock, nodes
from kring.core.events import record
from kring.core.ids import first_id_at
from kring.feed.log import ActRow, PageBuffer, ServedPage, append_acts, decode_page, pseudonyms
from kring.feed.models import LoggedAct, LoggedPage, Pseudonym
from kring.feed.partitions import ensure_days
from kring.jobs.worker import drain
from kring.members.events import IdentityDeleted
from kring.members.models import Identity

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def person(handle):
    return Identity.objects.create(
        id=nodes.new_id(), handle=handle, name=handle.title(), created_at=NOON
    )


def page(*posts):
    count = len(posts)
    return ServedPage(
        surface="home",
        policy="0123456789abcdef",
        ranker="hand-1",
        posts=list(posts),
        sources=[0] * count,
        stages=[3] * count,
        propensities=[1.0] * count,
        bins=bytes(count),
    )


def test_an_act_told_twice_is_logged_once_and_names_nobody():
    ada, bob = person("ada"), person("bob")
    act = ActRow(nodes.new_id(), ada.pk, "Reacted", 7, bob.pk, {"kind": "like"})
    append_acts([act])
    append_acts([act])
    [row] = LoggedAct.objects.all()
    assert (row.kind, row.subject_id, row.detail) == ("Reacted", 7, {"kind": "like"})
    assert not {row.actor, row.towards} & {ada.pk, bob.pk}
    assert pseudonyms([ada.pk, bob.pk]) == {ada.pk: row.actor, bob.pk: row.towards}


def test_a_pseudonym_stays_the_same_and_erasing_it_cuts_the_bridge():
    ada = person("ada")
    first = pseudonyms([ada.pk])[ada.pk]
    assert pseudonyms([ada.pk])[ada.pk] == first
    append_acts([ActRow(nodes.new_id(), ada.pk, "Followed")])
    ada.delete()
    assert LoggedAct.objects.filter(actor=first).count() == 1
    assert not Pseudonym.objects.filter(pseudonym=first).exists()


def test_deleting_somebody_cuts_the_bridge_when_the_worker_hears_of_it():
    ada, bob = person("ada"), person("bob")
    known = pseudonyms([ada.pk, bob.pk])
    with transaction.atomic():
        record(IdentityDeleted(identity_id=ada.pk), now=clock.utc_now())
    drain()
    assert list(Pseudonym.objects.values_list("pseudonym", flat=True)) == [known[bob.pk]]


def test_a_served_page_waits_in_its_process_and_is_then_in_the_table(monkeypatch):
    buffer = PageBuffer()
    monkeypatch.setattr(buffer, "_writer", object())  # the writer's work is done by hand here
    buffer.add(viewer=5, page=lambda: page(11, 12))
    assert [decode_page(row).posts for row in buffer.waiting_for(5)] == [[11, 12]]
    assert buffer.waiting_for(6) == []
    buffer.flush()
    assert buffer.waiting_for(5) == []
    assert [decode_page(row).posts for row in LoggedPage.objects.filter(viewer=5)] == [[11, 12]]


def test_a_page_that_cannot_be_written_is_kept_for_the_next_attempt(monkeypatch):
    buffer = PageBuffer()
    monkeypatch.setattr(buffer, "_writer", object())
    buffer.add(viewer=5, page=lambda: page(11))
    with monkeypatch.context() as broken:
        broken.setattr(LoggedPage.objects, "bulk_create", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            buffer.flush()
    assert len(buffer.waiting_for(5)) == 1
    buffer.flush()
    assert LoggedPage.objects.filter(viewer=5).count() == 1


def test_the_page_log_is_bounded(monkeypatch):
    buffer = PageBuffer()
    monkeypatch.setattr(buffer, "_writer", object())
    monkeypatch.setattr("kring.feed.log.MAX_WAITING", 3)
    for post in range(5):
        buffer.add(viewer=5, page=partial(page, post))
    assert [decode_page(row).posts for row in buffer.waiting_for(5)] == [[0], [1], [2]]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no partitions")
def test_days_ahead_get_partitions_and_rows_find_them():
    now = clock.utc_now()
    made = ensure_days(now=now, days_ahead=2)
    assert len(made) == 4
    assert ensure_days(now=now, days_ahead=2) == []
    tomorrow = first_id_at(now + timedelta(days=1))
    long_ago = first_id_at(datetime(2016, 3, 14, tzinfo=UTC))
    for id_ in (tomorrow, long_ago):
        LoggedAct.objects.create(id=id_, actor=1, kind="read")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, tableoid::regclass::text FROM feed_loggedact ORDER BY id")
        placed = dict(cursor.fetchall())
    assert placed[long_ago] == "feed_loggedact_rest"
    assert placed[tomorrow] == f"feed_loggedact_{now.astimezone(UTC) + timedelta(days=1):%Y%m%d}"
