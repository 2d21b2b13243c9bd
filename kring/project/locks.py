"""Locks between processes on one machine, kept as files in `KRING_DATA`.

The kernel lets go of such a lock when its holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Taken(Exception):
    """Another process holds the lock."""


@contextmanager
def held(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock while the block runs. Raises Taken at once when not told to wait."""
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not wait:
                    raise Taken(path.name) from None
                # Polled, so that a signal can end the wait.
                time.sleep(0.1)
        yield
