"""The clock, read only at the edges (a request, a command, a worker's loop).

Everything below the edges takes `now` as an argument, so that tests and the lab own time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_2000_MS = int(EPOCH_2000.timestamp() * 1000)
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, rounded down. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - UNIX_EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """The aware UTC moment of `ms` milliseconds since 1970-01-01."""
    return UNIX_EPOCH + timedelta(milliseconds=ms)
