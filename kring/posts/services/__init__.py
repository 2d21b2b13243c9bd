"""What people do with posts: a file per verb.

Every service takes who acts as an Identity and raises NotFound for what that identity may not
see, so that nobody learns what exists.
"""

from kring.posts.services.bookmark import bookmark, unbookmark
from kring.posts.services.comment import comment
from kring.posts.services.delete import delete
from kring.posts.services.draft import Draft
from kring.posts.services.edit import edit
from kring.posts.services.mute_thread import mute_thread, unmute_thread
from kring.posts.services.publish import publish
from kring.posts.services.react import react, unreact
from kring.posts.services.repost import repost

__all__ = [
    "Draft",
    "bookmark",
    "comment",
    "delete",
    "edit",
    "mute_thread",
    "publish",
    "react",
    "repost",
    "unbookmark",
    "unmute_thread",
    "unreact",
]
