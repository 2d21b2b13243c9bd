"""Named worlds: small communities whose people and ties a test can rely on by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kring.core.events import Event, decode
from kring.core.models import RecordedEvent
from kring.members.models import Identity
from kring.members.services import create_identity, create_person
from kring.network.services import block, connect, follow, join
from tests.remembered import remembered

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SmallTown:
    """Ada - Bob - Cleo are a chain of connections; Dan follows Ada; Eve knows nobody.

    Ada and Bob belong to the group `choir` (Ada owns it); the page `bakery` is Cleo's. Mallory is
    blocked by Ada.
    """

    ada: Identity
    bob: Identity
    cleo: Identity
    dan: Identity
    eve: Identity
    mallory: Identity
    choir: Identity
    bakery: Identity


@remembered
def small_town(now: datetime = NOON - timedelta(days=1)) -> SmallTown:
    people = {
        name: create_person(name=name.title(), handle=name, now=now)
        for name in ("ada", "bob", "cleo", "dan", "eve", "mallory")
    }
    town = SmallTown(
        **people,
        choir=create_identity(kind="group", name="The Choir", handle="choir", now=now),
        bakery=create_identity(kind="page", name="The Bakery", handle="bakery", now=now),
    )
    connect(a=town.ada, b=town.bob, now=now)
    connect(a=town.bob, b=town.cleo, now=now)
    follow(follower=town.dan, followed=town.ada, now=now)
    join(member=town.ada, of=town.choir, role="owner", now=now)
    join(member=town.bob, of=town.choir, role="member", now=now)
    join(member=town.cleo, of=town.bakery, role="owner", now=now)
    block(blocker=town.ada, blocked=town.mallory, now=now)
    return town


def event_kinds() -> list[str]:
    """The kinds of all recorded events, in order."""
    return list(RecordedEvent.objects.order_by("seq").values_list("kind", flat=True))


def last_event() -> Event:
    return decode(RecordedEvent.objects.latest("seq")).event
