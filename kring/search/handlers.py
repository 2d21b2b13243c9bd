"""What search does when a profile or what may be seen of it changes."""

from __future__ import annotations

from kring.core.events import Recorded, owed_to
from kring.members.events import (
    IdentityCreated,
    IdentityDeleted,
    IdentityRestored,
    IdentitySuspended,
    ProfileChanged,
)
from kring.search.indexing import ask_for_all, index

INDEXED_EVENTS = (
    IdentityCreated,
    ProfileChanged,
    IdentitySuspended,
    IdentityRestored,
    IdentityDeleted,
)

# The name under which `hear_change` hears them.
INDEX = "search.index"
# So many changes are looked up while somebody searches; a worker that keeps up leaves none.
MOST_LATE = 200


def hear_change(recorded: Recorded) -> None:
    """Read the profile again, or forget who cannot be found any more."""
    if isinstance(recorded.event, INDEXED_EVENTS):
        index([recorded.event.identity_id])


def not_read_yet() -> list[int]:
    """Who changed since the index read them, as ascending ids; the last `MOST_LATE` changes.

    1 query.
    """
    owed = owed_to(INDEX, limit=MOST_LATE)
    return sorted({one.event.identity_id for one in owed if isinstance(one.event, INDEXED_EVENTS)})


def hear_import(recorded: Recorded) -> None:
    """Profiles were written without an event each: read them all again, in portions."""
    ask_for_all()
