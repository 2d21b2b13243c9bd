"""The engine for SQLite means by a query what Django's own means."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from kring.core.sqlite import base

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's engine"),
]

QUERIES = [
    ("SELECT %s, '100%%', '%%s'", ["50%s"]),
    ("SELECT %s || '?', %s", ("a", "b")),
    ("SELECT %(a)s, '%%'", {"a": 1}),
    (f"SELECT %s{', 1' * base.LONGEST}", [1]),
]


@pytest.mark.parametrize(("query", "values"), QUERIES)
def test_it_asks_what_django_asks(query, values):
    names = list(values) if isinstance(values, dict) else None
    with connection.cursor() as cursor:
        ours = cursor.cursor
        assert type(ours) is base.Cursor
        for _again in range(2):
            assert ours.convert_query(query, param_names=names) == (
                SQLiteCursorWrapper.convert_query(ours, query, param_names=names)
            )


def test_values_stand_where_they_were_put():
    with connection.cursor() as cursor:
        for values in (["50%s", "b"], ["c", "d"]):
            cursor.execute("SELECT %s, '100%%', %s", values)
            assert cursor.fetchall() == [(values[0], "100%", values[1])]
