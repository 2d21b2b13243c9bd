"""What is still to be done to a database that was restored, before anybody is served by it.

A restore leaves a mark; `database.prepare`, which every start passes through, does what is wanted
and takes the mark away. Cut short, it is all done again at the next start.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

from kring.core import clock
from kring.core.errors import Conflict

MARK = "restored.json"


class Mark(msgspec.Struct, frozen=True):
    """made_at: the moment the database is of."""

    made_at: datetime


def mark(data: Path, *, made_at: datetime) -> None:
    (data / MARK).write_bytes(msgspec.json.encode(Mark(made_at)))


def unmark(data: Path) -> None:
    (data / MARK).unlink(missing_ok=True)


def finish() -> None:
    """Run what `wiring.after_restore` lists, if the database was restored and that is not done."""
    path = settings.ENV.data / MARK
    if not path.exists():
        return
    from kring.project.wiring import after_restore

    made_at = msgspec.json.decode(path.read_bytes(), type=Mark).made_at
    for step in after_restore():
        step(made_at, clock.utc_now())
    unmark(settings.ENV.data)


def forget_shared_state(made_at: datetime, now: datetime) -> None:
    """Pages prepared from the database as it was are of no use; those in SQLite went before."""
    if settings.ENV.redis_url is None:
        return
    import redis

    shared = redis.Redis.from_url(settings.ENV.redis_url, socket_timeout=10)
    try:
        for key in shared.scan_iter(f"{settings.CACHES['default']['KEY_PREFIX']}:*", count=1000):
            shared.unlink(key)
    except redis.RedisError as error:
        raise Conflict(
            f"Redis does not answer ({type(error).__name__}), and what it holds is of before the "
            "restore. Start it, then run: kring migrate"
        ) from None
