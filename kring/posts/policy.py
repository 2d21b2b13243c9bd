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


# New accounts, until they have been here for a while: what spam needs, and a newcomer does not.
NEW_FOR = timedelta(days=3)
NEW_POSTS = Limit(5, timedelta(hours=1))
NEW_COMMENTS = Limit(15, timedelta(hours=1))
# Counted over all they write.
NEW_LINKS = Limit(4, timedelta(hours=1))
NEW_MENTIONS = Limit(10, timedelta(hours=1))

POSTS = Limit(20, timedelta(hours=1))
COMMENTS = Limit(30, timedelta(minutes=10))
REACTIONS = Limit(60, timedelta(minutes=1))
