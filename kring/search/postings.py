"""Postings as columns: who has a term, and in which field.

The database joins them into two lines of digits. A row of its own costs Python half a microsecond,
and common words have tens of thousands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from kring.search.models import Kind

Ints = NDArray[np.int64]
# Of a word that more people have, the ones with the smallest ids count.
MOST_ROWS = 40_000
MOST_HOLDERS = 1_000
_TERMS = {
    "sqlite": "IN (SELECT id FROM search_term AS term WHERE {where})",
    "postgresql": "= ANY(ARRAY(SELECT id FROM search_term AS term WHERE {where}))",
}
_JOINED = {
    "sqlite": "group_concat(identity_id), group_concat(field, '')",
    "postgresql": "string_agg(identity_id::text, ','), string_agg(field::text, '')",
}


def read(where: str, values: Sequence[str], only: str = "") -> tuple[Ints, Ints]:
    """Identity and field of every posting whose term fits. 1 query, 2 where they are too many.

    where: a condition on `term`; only: more of them, on `posting`, each with AND before it; both
    written by this application alone
    """
    # Terms first: PostgreSQL would rather read all postings than look up those of many terms.
    terms = _TERMS[connection.vendor].format(where=where)
    statement = f"""
        SELECT posting.identity_id, posting.field
        FROM search_posting AS posting WHERE posting.term_id {terms}{only}
    """  # noqa: S608
    ids, fields = _columns(f"{statement} LIMIT {MOST_ROWS + 1}", values)
    if ids.size > MOST_ROWS:
        return _columns(f"{statement} ORDER BY 1, 2 LIMIT {MOST_ROWS}", values)
    return ids, fields


def newest(kind: Kind, key: str) -> Ints:
    """The `MOST_HOLDERS` who have this value and came last, the last first. 1 query.

    They are read in the index's own order, so a city of ten thousand costs what a village does.
    """
    statement = f"""
        SELECT posting.identity_id, posting.field FROM search_posting AS posting
        WHERE posting.term_id = (SELECT id FROM search_term WHERE kind = %s AND key = %s)
        ORDER BY posting.identity_id DESC LIMIT {MOST_HOLDERS}
    """  # noqa: S608
    ids, _fields = _columns(statement, (int(kind), key))
    return ids


def _columns(statement: str, values: Sequence[str | int]) -> tuple[Ints, Ints]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_JOINED[connection.vendor]} FROM ({statement}) AS found", values)  # noqa: S608
        ids, fields = cursor.fetchone()
    if ids is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    digits = np.frombuffer(fields.encode(), np.uint8)
    return np.fromstring(ids, np.int64, sep=","), digits.astype(np.int64) - ord("0")
