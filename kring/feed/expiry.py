"""The log keeps 90 days. What was imported is from another time, and stays as long as its people.

An imported act carries the moment at which it happened, maybe years ago, and was learned from only
yesterday. Its id is of `BACKDATED_NODE`, so it can be told from what expired here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import BigIntegerField, F, Value
from django.db.models.expressions import CombinedExpression

from kring.core.ids import BACKDATED_NODE, SEQUENCE_BITS, first_id_at
from kring.feed import partitions
from kring.feed.attention import trim_rows
from kring.feed.models import LoggedAct, LoggedPage

KEPT = timedelta(days=90)
BATCH = 1_000
# So that one run, at the first start after a long rest, does not keep the worker from others.
MOST = 200_000


def expire(now: datetime) -> int:
    """Forget what the log wrote over 90 days ago; returns how many rows went one by one.

    PostgreSQL drops whole days, which costs nothing a row.
    """
    partitions.drop_days(before=now - KEPT)
    return trim_rows(LoggedPage, now - KEPT) + _expire_acts(now - KEPT)


def _expire_acts(until: datetime) -> int:
    """A batch at a time, walking past what was imported."""
    node = CombinedExpression(
        CombinedExpression(F("id"), "/", Value(1 << SEQUENCE_BITS), BigIntegerField()),
        "%%", Value(BACKDATED_NODE + 1), BigIntegerField(),
    )  # fmt: skip
    old = LoggedAct.objects.filter(pk__lt=first_id_at(until)).alias(node=node)
    walked = old.exclude(node=BACKDATED_NODE).order_by("pk")
    total, last = 0, -1
    while total < MOST:
        ids = list(walked.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        LoggedAct.objects.filter(pk__in=ids).delete()
        total, last = total + len(ids), ids[-1]
    return total
