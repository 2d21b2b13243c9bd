"""Change a block list, and say so in the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kring.members import blocklist
from kring.members.models import Account
from kring.moderation import audit


@transaction.atomic
def block(*, kind: str, lines: Sequence[str], by: Account | None, now: datetime) -> int:
    """Put these on a list; returns how many are new. Raises Invalid."""
    number = blocklist.block(kind=kind, lines=lines, now=now)
    _log("blocklist.add", kind, number, by, now)
    return number


@transaction.atomic
def unblock(*, kind: str, lines: Sequence[str], by: Account | None, now: datetime) -> int:
    """Take these off a list; returns how many stood there. Raises Invalid."""
    number = blocklist.unblock(kind=kind, lines=lines)
    _log("blocklist.remove", kind, number, by, now)
    return number


def _log(what: str, kind: str, number: int, by: Account | None, now: datetime) -> None:
    if number:
        detail = f"list={kind} lines={number}"
        audit.write(by=audit.actor_of(by), what=what, detail=detail, now=now)
