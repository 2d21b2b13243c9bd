"""What people do with posts: a file per verb.

Every service takes who acts as an Identity and raises NotFound for what that identity may not
see, so that nobody learns what exists.
"""

from kring.posts.services.bookmark import bookmark, unbookmark
from kring.posts.services.close_comments import close_comments, open_comments
from kring.posts.services.comment import comment
from kring.posts.services.delete import delete, undo_delete
from kring.posts.services.draft import Draft
from kring.posts.services.edit import edit
from kring.posts.services.mute_thread import mute_thread, unmute_thread
from kring.posts.services.publish import publish
from kring.posts.services.react import react, unreact
from kring.posts.services.repost import repost
from kring.posts.services.schedule import (
    cancel_scheduled,
    edit_scheduled,
    publish_scheduled,
    schedule,
    undo_cancel,
)

__all__ = [
    "Draft",
    "bookmark",
    "cancel_scheduled",
    "close_comments",
    "comment",
    "delete",
    "edit",
    "edit_scheduled",
    "mute_thread",
    "open_comments",
    "publish",
    "publish_scheduled",
    "react",
    "repost",
    "schedule",
    "unbookmark",
    "undo_cancel",
    "undo_delete",
    "unmute_thread",
    "unreact",
]
