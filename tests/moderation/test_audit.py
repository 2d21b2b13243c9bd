"""Nobody changes what moderators did: not by any statement, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kring.moderation import audit
from kring.moderation.models import AuditEntry
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
TABLE = AuditEntry._meta.db_table
COLUMNS = ", ".join(field.column for field in AuditEntry._meta.fields)


@pytest.fixture
def three() -> list[AuditEntry]:
    by = audit.Actor(audit.CLOCK)
    return [
        audit.write(by=by, what="decision.made", about=("case", n), now=NOON + timedelta(minutes=n))
        for n in (1, 2, 3)
    ]


def standing() -> list[tuple]:
    return list(AuditEntry.objects.order_by("pk").values_list())


def say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES = [
    f"UPDATE {TABLE} SET detail = 'nothing'",
    f"UPDATE {TABLE} SET hash = hash",
    f"DELETE FROM {TABLE}",
    f"DELETE FROM {TABLE} WHERE id = (SELECT max(id) FROM {TABLE})",
]
REPLACING = {
    "sqlite": [
        f"INSERT OR REPLACE INTO {TABLE} ({COLUMNS}) SELECT id, at, source, by, 'x', about, "
        f"about_id, detail, previous, hash FROM {TABLE}",
        f"REPLACE INTO {TABLE} ({COLUMNS}) SELECT id + 1000, at, source, by, 'x', about, "
        f"about_id, detail, previous, 'other' FROM {TABLE} LIMIT 1",
        f"UPDATE OR REPLACE {TABLE} SET what = 'x'",
    ],
    "postgresql": [
        f"TRUNCATE {TABLE}",
        f"INSERT INTO {TABLE} SELECT * FROM {TABLE} ON CONFLICT (id) DO UPDATE SET what = 'x'",
    ],
}


@pytest.mark.parametrize("number", range(len(CHANGES) + 3))
def test_no_statement_changes_or_deletes_an_entry(three, number):
    statements = CHANGES + REPLACING[connection.vendor]
    if number >= len(statements):
        pytest.skip("this database has fewer ways")
    before = standing()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        say(statements[number])
    assert standing() == before
    assert len(before) == 3


def test_entries_follow_one_another(three):
    assert three[0].previous == audit.BEGINNING
    assert [entry.previous for entry in three[1:]] == [entry.hash for entry in three[:2]]
    assert list(audit.broken()) == []
    fork = AuditEntry(
        id=three[2].pk + 5, at=NOON, source="clock", what="x", previous=three[1].hash, hash="f" * 64
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        fork.save(force_insert=True)


@pytest.mark.parametrize("change", ["UPDATE {} SET what = 'x' WHERE id = {}",
                                    "DELETE FROM {} WHERE id = {}"])  # fmt: skip
def test_whoever_takes_the_triggers_away_is_found_out(three, change):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")
        else:
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        cursor.execute(change.format(TABLE, three[1].pk))
    assert list(audit.broken()) != []
    assert three[0].pk not in audit.broken()


def test_a_clock_that_was_put_back_puts_nothing_before_what_is_there(three):
    future = AuditEntry(id=three[2].pk + (1 << 40), at=NOON, source="clock", what="x",
                        previous=three[2].hash)  # fmt: skip
    future.hash = audit.hash_of(future)
    future.save(force_insert=True)
    later = audit.write(by=audit.Actor(audit.CLOCK), what="y", now=NOON - timedelta(days=1))
    assert later.pk > future.pk
    assert list(audit.broken()) == []
    assert [entry.pk for entry in audit.entries(limit=2)] == [later.pk, future.pk]
