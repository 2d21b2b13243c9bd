"""What the columns' small numbers mean."""

from __future__ import annotations

from enum import IntEnum, IntFlag

import numpy as np


class AuthorKind(IntEnum):
    PERSON = 0
    PAGE = 1
    GROUP = 2
    SOURCE = 3


class Audience(IntEnum):
    PUBLIC = 0
    MEMBERS = 1
    CONNECTIONS = 2
    GROUP = 3
    DIRECT = 4


class PostFlag(IntFlag):
    LINK = 1
    MEDIA = 2
    QUESTION = 4


class ActKind(IntEnum):
    READ = 0
    REACT = 1
    COMMENT = 2
    REPLY = 3
    REPOST_WITH_WORDS = 4
    BARE_REPOST = 5
    BOOKMARK = 6
    HELPED = 7
    HIDE = 8
    LESS = 9
    CONNECT = 10
    FOLLOW = 11
    PROFILE_VISIT = 12
    MORE = 13


def _table(*kinds: ActKind) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    table = np.zeros(len(ActKind), dtype=np.bool_)
    table[list(kinds)] = True
    return table


COMMENTS = _table(ActKind.COMMENT, ActKind.REPLY)
RESPONSES = _table(
    ActKind.REACT,
    ActKind.COMMENT,
    ActKind.REPLY,
    ActKind.REPOST_WITH_WORDS,
    ActKind.BARE_REPOST,
    ActKind.HELPED,
)
# What shows that someone opened a post, and what shows that they did more than open it.
ENGAGES = _table(
    ActKind.REACT,
    ActKind.COMMENT,
    ActKind.REPLY,
    ActKind.REPOST_WITH_WORDS,
    ActKind.BARE_REPOST,
    ActKind.BOOKMARK,
    ActKind.HELPED,
)
OPENS = ENGAGES | _table(ActKind.READ)
REJECTS = _table(ActKind.HIDE, ActKind.LESS)
# What anyone who can see the post can see too. Only these may be named in a reason or bring a
# post to others: a reaction shows as one of a number, and a read, a bookmark or a profile visit
# is nobody else's business.
PUBLIC_ACTS = _table(
    ActKind.COMMENT,
    ActKind.REPLY,
    ActKind.REPOST_WITH_WORDS,
    ActKind.BARE_REPOST,
)
# What one knows that others did towards oneself. Nothing else may move a number between two people:
# numbers are shown, so each could read off who read, kept or hid what they wrote.
KNOWN_TO_TARGET = PUBLIC_ACTS | _table(ActKind.CONNECT, ActKind.FOLLOW)
