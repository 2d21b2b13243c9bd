"""What stays of who was erased: digests of their id and handles, and one nobody in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from kring.core.dating import id_at
from kring.members.models import Identity, Kind, Tombstone

# No handle that anybody can choose has a hyphen.
NOBODY_HANDLE = "deleted-member"


def digest_of(of: str, value: int | str) -> str:
    """SHA-256, in hexadecimal, of an id or of a handle in its stored form."""
    return hashlib.sha256(f"kring tombstone: {of}: {value}".encode()).hexdigest()


def buried(handles: Collection[str]) -> set[str]:
    """Those of the handles that belonged to somebody who was erased. 1 query."""
    digests = {digest_of(Tombstone.Of.HANDLE, handle): handle for handle in handles}
    found = Tombstone.objects.filter(pk__in=digests, of=Tombstone.Of.HANDLE)
    return {digests[digest] for digest in found.values_list("pk", flat=True)}


def bury(*, identity_id: int, handles: Collection[str], now: datetime) -> None:
    """Keep that they were erased; what is known already stays as it is."""
    bury_digests(
        identity=digest_of(Tombstone.Of.IDENTITY, identity_id),
        handles=[digest_of(Tombstone.Of.HANDLE, handle) for handle in handles],
        now=now,
    )


def bury_digests(*, identity: str, handles: Collection[str], now: datetime) -> None:
    kinds = {identity: Tombstone.Of.IDENTITY, **dict.fromkeys(handles, Tombstone.Of.HANDLE)}
    rows = [Tombstone(digest=digest, of=of, erased_at=now) for digest, of in kinds.items()]
    Tombstone.objects.bulk_create(rows, ignore_conflicts=True)


def nobody(*, now: datetime) -> Identity:
    """The one in whose name a post stands whose author is erased: made when first needed."""
    found = Identity.objects.filter(kind=Kind.NOBODY).first()
    return found or Identity.objects.create(
        id=id_at(now, Identity),
        kind=Kind.NOBODY,
        handle=NOBODY_HANDLE,
        name="–",
        created_at=now,
    )
