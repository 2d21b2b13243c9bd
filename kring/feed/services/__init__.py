"""Steering: what a reader tells the feed, a file per verb. Nobody else is told; all is undoable."""

from kring.feed.services.hide import hide, unhide
from kring.feed.services.less import less
from kring.feed.services.more import more
from kring.feed.services.prefer import (
    Wanted,
    answer_measuring,
    forget_measured,
    prefer,
    reset_preferences,
    switch,
)
from kring.feed.services.reset import reset_everything
from kring.feed.services.take_back import undo_less, undo_more
from kring.feed.services.topics import (
    follow_topic,
    mute_topic,
    set_interests,
    unfollow_topic,
    unmute_topic,
    want_topic,
)

__all__ = [
    "Wanted",
    "answer_measuring",
    "follow_topic",
    "forget_measured",
    "hide",
    "less",
    "more",
    "mute_topic",
    "prefer",
    "reset_everything",
    "reset_preferences",
    "set_interests",
    "switch",
    "undo_less",
    "undo_more",
    "unfollow_topic",
    "unhide",
    "unmute_topic",
    "want_topic",
]
