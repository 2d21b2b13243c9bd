"""A database engine: Django's own for SQLite, which remembers how it rewrote a query.

Django puts its own placeholders for SQLite's in each query's whole text, every time it runs. A
page asks with the same twenty texts, some of them 5,000 signs long, where that takes as long as
finding the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db.backends.sqlite3 import base

KEPT = 512
# Longer ones name hundreds of rows, mostly for writing, and seldom come again.
LONGEST = 10_000


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is not None or len(query) > LONGEST:
            return super().convert_query(query, param_names=param_names)
        return _with_question_marks(query)


@lru_cache(maxsize=KEPT)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        return cursor
