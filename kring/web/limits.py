"""How fast one person may act through the pages, whatever the act: the net below each limit.

Counted in the shared cache, so it holds across processes. Services limit what is stored; this
limits doing and undoing the same thing over and over. While the cache is away each process counts
for itself: people go on, and nobody gets more than that many times as much.
"""

from __future__ import annotations

import time
from datetime import datetime

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from django.utils.translation import gettext as _

from kring.core.cache import redis_errors
from kring.core.errors import TooMany

ACTS_A_MINUTE = 120
# Not asked for so long after it did not answer: waiting for it is what everybody would notice.
AWAY_SECONDS = 5.0

log = structlog.get_logger(__name__)


def spend_act(identity_id: int, *, now: datetime) -> None:
    """Count one act. Raises TooMany when this minute's are used up."""
    spend("acts", identity_id, most=ACTS_A_MINUTE, now=now)


def spend(what: str, identity_id: int, *, most: int, now: datetime) -> None:
    """Count one of something that may be done `most` times a minute; raises TooMany beyond."""
    if _shared.is_away():
        _shared.own_pace(what, most).spend(identity_id, now=now)
        return
    key = f"{what}:{identity_id}:{int(now.timestamp()) // 60}"
    try:
        cache.add(key, 0, timeout=120)
        used = cache.incr(key)
    except ValueError:  # it expired between the two calls
        return
    except _away() as error:
        _shared.went_away(error)
        _shared.own_pace(what, most).spend(identity_id, now=now)
        return
    if used > most:
        raise _too_many(now)


def _away() -> tuple[type[Exception], ...]:
    """What says that the shared cache cannot be used."""
    return (DatabaseError, *redis_errors())


def _too_many(now: datetime) -> TooMany:
    return TooMany(
        _("That was a lot at once. Wait a minute and go on."),
        retry_after=60 - int(now.timestamp()) % 60,
    )


class Pace:
    """The same in this process's memory, for what is cheaper than counting it together.

    With several processes each allows `most` a minute. Not exact for two threads at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = 0
        self._used: dict[int, int] = {}

    def spend(self, identity_id: int, *, now: datetime) -> None:
        """Count one; raises TooMany when this minute's are used up."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._used = minute, {}
        used = self._used[identity_id] = self._used.get(identity_id, 0) + 1
        if used > self._most:
            raise _too_many(now)


class _Shared:
    """Whether the shared cache answered when it was last asked, and what is counted without it."""

    def __init__(self) -> None:
        self._away_until = 0.0
        self._paces: dict[str, Pace] = {}

    def is_away(self) -> bool:
        return time.monotonic() < self._away_until

    def went_away(self, error: Exception) -> None:
        self._away_until = time.monotonic() + AWAY_SECONDS
        log.warning("shared cache away", error=type(error).__name__)

    def own_pace(self, what: str, most: int) -> Pace:
        return self._paces.setdefault(what, Pace(most))


_shared = _Shared()
