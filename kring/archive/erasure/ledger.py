"""Who asked to be erased, who changed their mind and who was erased: a file that only grows.

It lies beside the database (`KRING_DATA/erased.jsonl`), not in it: a backup that is put back is
older than some erasures, and `replay` makes them come true again. Digests alone stand in it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
import structlog
from django.conf import settings

from kring.members.models import Identity, Tombstone
from kring.members.tombstones import digest_of

What = Literal["asked", "stayed", "erased"]
ASKED: What = "asked"
STAYED: What = "stayed"
ERASED: What = "erased"
log = structlog.get_logger(__name__)


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """identity, handles: digests (`members.tombstones`). erase_at: of what was asked."""

    what: What
    identity: str
    at: datetime
    erase_at: datetime | None = None
    handles: tuple[str, ...] = ()


def path() -> Path:
    return Path(settings.ENV.data) / "erased.jsonl"


def write(
    what: What,
    *,
    identity_id: int,
    now: datetime,
    erase_at: datetime | None = None,
    handles: Collection[str] = (),
) -> None:
    """Add a line; on the disk when this returns."""
    line = Line(
        what=what,
        identity=digest_of(Tombstone.Of.IDENTITY, identity_id),
        at=now,
        erase_at=erase_at,
        handles=tuple(digest_of(Tombstone.Of.HANDLE, handle) for handle in handles),
    )
    # One write of one line, so that two processes cannot mix theirs. It begins with a line's end:
    # what a crash left half-written stays a line of its own.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    descriptor = os.open(path(), flags, 0o600)
    try:
        os.write(descriptor, b"\n" + msgspec.json.encode(line) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lines() -> Iterator[Line]:
    """All of them, the oldest first; a line that cannot be read is passed over and logged."""
    try:
        file = path().open("rb")
    except FileNotFoundError:
        return
    with file:
        for raw in file:
            if not raw.strip():
                continue
            try:
                yield msgspec.json.decode(raw, type=Line)
            except msgspec.MsgspecError:
                log.error("ledger.unreadable_line")


def last_lines() -> dict[str, Line]:
    """What is true of each person who ever asked: their last line, by digest."""
    found: dict[str, Line] = {}
    for line in lines():
        before = found.get(line.identity)
        if before is None or before.what != ERASED:
            found[line.identity] = line
    return found


def people() -> Iterator[tuple[str, int]]:
    """(digest, id) of everybody in the database."""
    for pk in Identity.objects.order_by("pk").values_list("pk", flat=True).iterator(5_000):
        yield digest_of(Tombstone.Of.IDENTITY, pk), pk
