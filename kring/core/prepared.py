"""Queries that are compiled once and run many times with other values.

Building a query object and compiling it to SQL costs up to twenty times the CPU of running it, and
a page asks the same dozen questions each time. A `Prepared` compiles its query with placeholders
in place of ids and puts the values in when it runs.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, QuerySet

# Placeholders are integers that no row has: ids begin with their moment, and these lie past 2069.
_LAST = (1 << 63) - 1
_PER_VALUE = 1 << 16
_NOBODY = 0
SMALLEST = 32

Value = int | None | Collection[int]
M = TypeVar("M", bound=Model)
_Shape = tuple[Any, ...]


class Statement:
    """A question in SQL with `%s` for each value, as it is asked of the default database.

    Django's cursor for SQLite puts SQLite's own `?` into it whenever it runs, which takes up to
    half as long as running it. Here that is done once, and the cursor is left out.
    """

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._for_sqlite = re.sub(r"(?<!%)%s", "?", sql).replace("%%", "%")

    def fetch(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows. 1 query."""
        database = connections[DEFAULT_DB_ALIAS]
        watched = database.queries_logged or database.execute_wrappers
        if database.vendor != "sqlite" or watched:
            with database.cursor() as cursor:
                cursor.execute(self._sql, values)
                return list(cursor.fetchall())
        database.validate_no_broken_transaction()
        database.ensure_connection()
        with database.wrap_database_errors:
            found: list[tuple[Any, ...]] = database.connection.execute(
                self._for_sqlite, values
            ).fetchall()
        return found


class Prepared:
    """A `values` or `values_list` query of ids and lists of ids, compiled once per shape.

    build: called with a placeholder for each value (None stays None, a collection is a list) and
    with the keywords; puts them into the query as plain ids. Its shape may depend on which values
    are None and on the keywords, on nothing else. Lists hold at most 65,536 ids.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._local = threading.local()

    def rows(self, *values: Value, **shape: Any) -> Iterator[tuple[Any, ...]]:
        """The rows for these values, as tuples in the order of the query's columns. 1 query."""
        return self._compiled(values, shape).run(_put_in(values))

    def dicts(self, *values: Value, **shape: Any) -> Iterator[dict[str, Any]]:
        """The rows as dictionaries, by column name. 1 query."""
        compiled = self._compiled(values, shape)
        found = compiled.run(_put_in(values))
        return (dict(zip(compiled.names, row, strict=True)) for row in found)

    def objects(self, model: type[M], *values: Value, **shape: Any) -> Iterator[M]:
        """The rows as objects of a model, of which the query is `columns_of(model)`. 1 query."""
        names = columns_of(model)
        for row in self.rows(*values, **shape):
            yield model.from_db(DEFAULT_DB_ALIAS, names, row)

    def _compiled(self, values: tuple[Value, ...], shape: dict[str, Any]) -> _Compiled:
        # Per thread, as connections are: a compiled query keeps the one it was made for.
        kept: dict[_Shape, _Compiled] = self._local.__dict__.setdefault("kept", {})
        key = (*map(_shape_of, values), *sorted(shape.items()))
        if key not in kept:
            placeholders = [_placeholder(at, value) for at, value in enumerate(values)]
            kept[key] = _Compiled(self._build(*placeholders, **shape))
        return kept[key]


@cache
def columns_of(model: type[Model]) -> tuple[str, ...]:
    """All columns of a model, in its own order: what `objects` needs."""
    return tuple(field.attname for field in model._meta.concrete_fields)


class _Compiled:
    def __init__(self, query: QuerySet[Any, Any]) -> None:
        compiler = query.query.get_compiler(connection=connection)
        sql, self._params = compiler.as_sql()
        self._statement = Statement(sql)
        selected = [column[0] for column in compiler.select[: compiler.col_count]]
        self._converters = compiler.get_converters(selected)
        self._convert = compiler.apply_converters
        self.names = list(query.query.selected or ())

    def run(self, values: Mapping[int, int]) -> Iterator[tuple[Any, ...]]:
        # Not `type(param) is int`: psycopg's own integers are a kind of int.
        params = [
            values.get(param, _NOBODY) if isinstance(param, int) and param > _LOWEST else param
            for param in self._params
        ]
        rows = iter(self._statement.fetch(params))
        if self._converters:
            return map(tuple, self._convert(rows, self._converters))
        return rows


_LOWEST = _LAST - 16 * _PER_VALUE


def _base(at: int) -> int:
    return _LAST - (at + 1) * _PER_VALUE + 1


def _slots(count: int) -> int:
    """How many ids a compiled list holds: the next power of two, so that few shapes exist."""
    if count > _PER_VALUE:
        raise ValueError("a prepared query takes at most 65,536 ids at once")
    return max(SMALLEST, 1 << (count - 1).bit_length() if count else 0)


def _shape_of(value: Value) -> int | None:
    """None for None, 0 for one id, the number of slots for a list."""
    if value is None:
        return None
    return 0 if isinstance(value, int) else _slots(len(value))


def _placeholder(at: int, value: Value) -> Any:
    if value is None:
        return None
    base = _base(at)
    return base if isinstance(value, int) else list(range(base, base + _slots(len(value))))


def _put_in(values: tuple[Value, ...]) -> dict[int, int]:
    """What stands in each placeholder; unused slots of a list match nothing."""
    put: dict[int, int] = {}
    for at, value in enumerate(values):
        base = _base(at)
        if isinstance(value, int):
            put[base] = value
        elif value is not None:
            put.update(zip(range(base, base + len(value)), value, strict=True))
    return put
