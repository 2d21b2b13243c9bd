"""The log's tables by day: PostgreSQL partitions on the id, whose high bits are the moment.

SQLite keeps plain tables. Rows older than the first partition (imports) stand in the default one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, migrations

from kring.core.ids import first_id_at

LOG_TABLES = ("feed_loggedact", "feed_loggedpage")
DAYS_AHEAD = 7


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


def make_ready(now: datetime) -> None:
    """The scheduled form of `ensure_days`."""
    ensure_days(now=now)
