"""How fast one person may act through the pages, whatever the act: the net below each limit.

Counted in the shared cache, so it holds across processes. Services limit what is stored; this
limits doing and undoing the same thing over and over.
"""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from kring.core.errors import TooMany

ACTS_A_MINUTE = 120


def spend_act(identity_id: int, *, now: datetime) -> None:
    """Count one act. Raises TooMany when this minute's are used up."""
    spend("acts", identity_id, most=ACTS_A_MINUTE, now=now)


def spend(what: str, identity_id: int, *, most: int, now: datetime) -> None:
    """Count one of something that may be done `most` times a minute; raises TooMany beyond."""
    key = f"{what}:{identity_id}:{int(now.timestamp()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        used = cache.incr(key)
    except ValueError:  # it expired between the two calls
        return
    if used > most:
        raise _too_many(now)


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
