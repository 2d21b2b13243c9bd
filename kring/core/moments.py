"""Moments as whole milliseconds, made by the database: rows by the million need no datetimes."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Func


class Milliseconds(Func):
    """A moment's milliseconds since 1970-01-01 UTC, rounded down like `clock.to_ms`."""

    output_field = BigIntegerField()
    arity = 1
    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) * 1000)::bigint"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps moments as text, `2026-03-02 12:00:00[.123456]`, in UTC."""
        sql, params = compiler.compile(self.source_expressions[0])
        whole = f"CAST(strftime('%%s', substr({sql}, 1, 19)) AS INTEGER) * 1000"
        rest = f"CAST(substr({sql} || '000', 21, 3) AS INTEGER)"
        return f"({whole} + {rest})", [*params, *params]
