"""What the feed knows of a community: posts, acts, ties and companies as columns."""

from kring.feed.world.acts import Act, ActColumns, ActView, Undone
from kring.feed.world.exposures import Exposure, ExposureColumns
from kring.feed.world.kinds import ActKind, Audience, AuthorKind, PostFlag
from kring.feed.world.posts import Post, PostColumns
from kring.feed.world.state import PostEdit, World

__all__ = [
    "Act",
    "ActColumns",
    "ActKind",
    "ActView",
    "Audience",
    "AuthorKind",
    "Exposure",
    "ExposureColumns",
    "Post",
    "PostColumns",
    "PostEdit",
    "PostFlag",
    "Undone",
    "World",
]
