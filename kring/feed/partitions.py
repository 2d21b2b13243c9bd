"""The log's tables by day: PostgreSQL partitions on the id, whose high bits are the moment.

SQLite keeps plain tables. Rows older than the first partition (imports) stand in the default one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import OperationalError, connection, migrations, transaction

from kring.core.ids import BACKDATED_NODE, SEQUENCE_BITS, first_id_at

LOG_TABLES = ("feed_loggedact", "feed_loggedpage")
DAYS_AHEAD = 7
# Dropping a day waits for whoever reads the log; meanwhile others wait for the drop.
PATIENCE = "2s"

log = structlog.get_logger(__name__)


class CreateLogModel(migrations.CreateModel):
    """CreateModel, partitioned by ranges of id where the database can."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain
        table = f"{app_label}_{self.name_lower}"
        schema_editor.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")


def partition_name(table: str, day: datetime) -> str:
    return f"{table}_{day:%Y%m%d}"


def ensure_days(*, now: datetime, days_ahead: int = DAYS_AHEAD) -> list[str]:
    """Make the partitions of tomorrow and the days after it; returns the names of new ones.

    Today's rows may stand in the default partition already, so today is never split off. Does
    nothing on SQLite. Safe to run from several processes and any number of times.
    """
    if connection.vendor != "postgresql":
        return []
    made: list[str] = []
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        # One at a time: two processes that make the same partition would make one of them fail.
        cursor.execute("SELECT pg_advisory_lock(20000101)")
        try:
            for table in LOG_TABLES:
                for offset in range(1, days_ahead + 1):
                    day = midnight + timedelta(days=offset)
                    name = partition_name(table, day)
                    cursor.execute("SELECT to_regclass(%s)", [name])
                    if cursor.fetchone()[0] is not None:
                        continue
                    low, high = first_id_at(day), first_id_at(day + timedelta(days=1))
                    # Identifiers and bounds are our own constants and integers, never input.
                    cursor.execute(
                        f"CREATE TABLE {name} PARTITION OF {table} "
                        f"FOR VALUES FROM ({low}) TO ({high})"
                    )
                    made.append(name)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(20000101)")
    return made


def drop_days(*, before: datetime) -> list[str]:
    """Drop the partitions whose whole day lies before this moment; returns their names.

    A day on which imported acts stand is kept: those do not expire. One that is in use for long is
    left for the next time. Does nothing on SQLite.
    """
    if connection.vendor != "postgresql":
        return []
    dropped: list[str] = []
    for table in LOG_TABLES:
        last = partition_name(table, before - timedelta(days=1))
        for name in _days(table):
            if name <= last and _drop(name):
                dropped.append(name)
    return dropped


def _days(table: str) -> list[str]:
    """The partitions that are days, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = %s::regclass AND c.relname ~ %s ORDER BY 1",
            [table, f"^{table}_[0-9]{{8}}$"],
        )
        return [name for (name,) in cursor.fetchall()]


def _drop(name: str) -> bool:
    """Whether the partition is gone. Its name is of our own form, never input."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            imported = f"(id >> {SEQUENCE_BITS}) & {BACKDATED_NODE} = {BACKDATED_NODE}"
            cursor.execute(f"SELECT 1 FROM {name} WHERE {imported} LIMIT 1")  # noqa: S608
            if cursor.fetchone() is not None:
                return False
            cursor.execute(f"DROP TABLE {name}")
    except OperationalError as error:
        log.info("partition not dropped", error=type(error).__name__)
        return False
    return True


def make_ready(now: datetime) -> None:
    """The scheduled form of `ensure_days`."""
    ensure_days(now=now)
