"""What happens to identities."""

from __future__ import annotations

from kring.core.events import Event


class IdentityCreated(Event, frozen=True, kw_only=True):
    identity_id: int
    kind: str


class ProfileChanged(Event, frozen=True, kw_only=True):
    identity_id: int


class IdentitySuspended(Event, frozen=True, kw_only=True):
    identity_id: int


class IdentityRestored(Event, frozen=True, kw_only=True):
    identity_id: int


class IdentityLimited(Event, frozen=True, kw_only=True):
    """`limited` 1: what they write is listed for their own network alone; 0: no longer."""

    identity_id: int
    limited: int


class IdentityDeleted(Event, frozen=True, kw_only=True):
    identity_id: int
