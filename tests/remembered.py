"""Worlds that are built once in a process; later tests are given the rows that were made."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import TypeVar

from django.apps import apps
from django.db import connection

from kring.core import clock
from kring.core.models import RecordedEvent
from kring.members.models import Identity

World = TypeVar("World")
Rows = dict[str, list[tuple]]
# A world says "an hour ago". A test that sets the clock wants one built at its own moment.
OLDEST = timedelta(minutes=30)


def remembered(build: Callable[..., World]) -> Callable[..., World]:
    """Build a world through the services the first time, and put its rows back after that.

    Only of a world without wishes, where there is nothing yet: any other is built.
    """
    made: list = []

    @wraps(build)
    def world(**wishes) -> World:
        if wishes or Identity.objects.exists() or RecordedEvent.objects.exists():
            return build(**wishes)
        now = clock.utc_now()
        if not made or not timedelta() <= now - made[0] < OLDEST:
            before = dict(_rows())
            built = build()
            new = {table: _besides(rows, before[table]) for table, rows in _rows()}
            made[:] = now, new, copy.deepcopy(built)
            return built
        _, rows, built = made
        _put_back(rows)
        return copy.deepcopy(built)

    return world


def _rows() -> Iterator[tuple[str, list[tuple]]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("kring."):
            with connection.cursor() as cursor:
                table = model._meta.db_table
                cursor.execute(f"SELECT * FROM {table}")
                yield table, cursor.fetchall()


def _besides(rows: list[tuple], others: list[tuple]) -> list[tuple]:
    return [row for row in rows if row not in others]


def _put_back(tables: Rows) -> None:
    """Constraints between tables are looked at when a transaction ends, so any order will do."""
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            if rows:
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
