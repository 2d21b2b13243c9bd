"""Keeping a snapshot of the feed's index: a process of its own writes it, the worker starts that.

It goes on from the last snapshot, which is a matter of seconds, but once a day it reads the whole
database: so nothing of somebody who was deleted stays in the file longer than that.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from kring.core.clock import utc_now
from kring.feed.index import FeedIndex
from kring.feed.policy import default_policy
from kring.posts.models import Post

EVERY = timedelta(hours=4)
ANEW_AFTER = timedelta(hours=20)
# Fewer posts are read from the database in a second: a snapshot would gain nothing.
WORTH_POSTS = 5_000
COMMAND = [sys.executable, "-m", "kring.project.cli", "snapshot"]


def folder() -> Path:
    return Path(settings.ENV.data) / "snapshots"


def write(*, anew: bool) -> Path | None:
    """Write a snapshot in this process; returns where, or None where nothing ever happened."""
    bare_words = int(default_policy().multipliers.bare_words)
    index = FeedIndex(bare_words=bare_words, snapshots=None if anew else folder())
    with index.reading():
        old = utc_now() - index.built_at > ANEW_AFTER
    if old:
        index = FeedIndex(bare_words=bare_words)
    return index.write_snapshot(folder())


class Writer:
    """Starts the process that writes, one at a time."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, now: datetime) -> bool:
        """Whether one was started: not while one runs, nor for a small community."""
        if self._running is not None and self._running.poll() is None:
            return False
        if not Post.objects.order_by("pk")[WORTH_POSTS : WORTH_POSTS + 1].exists():
            return False
        self._running = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL)  # noqa: S603
        return True


writer = Writer()
