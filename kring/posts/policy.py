"""Every limit on writing, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kring.core.undoing import UNDO_WITHIN as UNDO_WITHIN

POST_CHARACTERS = 10_000
COMMENT_CHARACTERS = 5_000
MENTIONS = 20
TOPICS = 15
LINK_CHARACTERS = 1_000
CLIENT_KEY_CHARACTERS = 40
# Waiting at once, per person; and how far ahead.
SCHEDULED = 20
SCHEDULED_AHEAD = timedelta(days=366)
# Every earlier wording is kept, so a post cannot be reworded without end.
EDITS = 50


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` within any `window`, per identity."""

    count: int
    window: timedelta


POSTS = Limit(20, timedelta(hours=1))
COMMENTS = Limit(30, timedelta(minutes=10))
REACTIONS = Limit(60, timedelta(minutes=1))
