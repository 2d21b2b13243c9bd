"""The log of what moderators did: written here, changed by nobody, checked by anybody.

Triggers in the database refuse to change or delete an entry (`migrations/0002`). Whoever owns the
database can take triggers away; the chain of hashes then shows that something was changed, to
whoever kept an earlier hash (why: docs/decisions/0029-an-audit-log-that-is-a-chain.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from kring.core import nodes
from kring.members.models import Account
from kring.members.queries import person_of
from kring.moderation.models import AuditEntry

CLOCK, COMMAND_LINE, PERSON = "clock", "command line", "person"
BEGINNING = "0" * 64
PAGE = 50
# Any number that nothing else in the database locks.
_LOCK = 0x6B72696E67


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: somebody with an account, the clock, or whoever has the machine."""

    source: str
    account: Account | None = None

    @property
    def identity_id(self) -> int | None:
        person = person_of(self.account) if self.account is not None else None
        return person.pk if person is not None else None


def actor_of(account: Account | None) -> Actor:
    return Actor(PERSON, account) if account is not None else Actor(COMMAND_LINE)


@transaction.atomic
def write(
    *, by: Actor, what: str, about: tuple[str, int] | None = None, detail: str = "", now: datetime
) -> AuditEntry:
    """Add an entry to the end, in the transaction of what it tells of. 2 queries.

    about: what kind of thing, and its id. detail: codes, never names or somebody's words.
    """
    if connection.vendor == "postgresql":
        # Two entries at once would both follow the same one. SQLite has one writer at a time.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditEntry.objects.order_by("-pk").values_list("pk", "hash").first()
    newest, previous = last or (0, BEGINNING)
    entry = AuditEntry(
        # A clock that was put back must not put an entry before one that is there.
        id=max(nodes.new_id(), newest + 1),
        at=now,
        source=by.source,
        by=by.identity_id,
        what=what,
        about=about[0] if about else "",
        about_id=about[1] if about else None,
        detail=detail[:500],
        previous=previous,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over every field and the hash before, in hexadecimal."""
    said = [
        entry.previous,
        str(entry.pk),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.source,
        str(entry.by or ""),
        entry.what,
        entry.about,
        str(entry.about_id or ""),
        entry.detail,
    ]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def entries(*, before_id: int | None = None, limit: int = PAGE) -> list[AuditEntry]:
    """The latest first. 1 query."""
    rows = AuditEntry.objects.order_by("-pk")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows[: min(max(limit, 1), 1_000)])


def broken() -> Iterator[int]:
    """The ids of entries that are not as they were written, or that follow a gap."""
    previous = BEGINNING
    for entry in AuditEntry.objects.order_by("pk").iterator(1_000):
        if entry.previous != previous or entry.hash != hash_of(entry):
            yield entry.pk
        previous = entry.hash
