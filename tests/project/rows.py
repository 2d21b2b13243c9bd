"""Every row of every table of an installation, as it lies in the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg

from kring.project.backup.dumps import PLAIN_TABLES, TABLES
from tests.processes import Kring


def everything(kring: Kring) -> dict[str, list[str]]:
    """The rows of each table, in an order of their own; sequences and counters too."""
    if kring.database:
        with psycopg.connect(kring.database) as link:
            tables = [name for (name,) in link.execute(TABLES).fetchall()]
            found = {name: _rows(link, name) for name in tables}
            found["sequences"] = sorted(
                map(str, link.execute("SELECT sequencename, last_value FROM pg_sequences"))
            )
            return found
    with closing(sqlite3.connect(kring.data / "kring.db", timeout=20)) as link:
        tables = [name for (name,) in link.execute(PLAIN_TABLES)]
        return {name: _rows(link, name) for name in [*tables, "sqlite_sequence"]}


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> set[str]:
    """The tables that are not the same in both."""
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _rows(link, table: str) -> list[str]:
    return sorted(map(str, link.execute(f'SELECT * FROM "{table}"').fetchall()))
