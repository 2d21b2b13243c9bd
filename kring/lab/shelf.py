"""What the lab knows of posts, comments and texts, where production asks the database."""

from __future__ import annotations

from collections.abc import Sequence

from kring.feed.library import ActOfPost
from kring.feed.text import PostText
from kring.feed.world import Post


class Shelf:
    """A `Library` in memory."""

    def __init__(self) -> None:
        self.posts: dict[int, Post] = {}
        self.acts: dict[int, ActOfPost] = {}
        self.texts: dict[int, PostText] = {}

    def post(self, post_id: int) -> Post | None:
        return self.posts.get(post_id)

    def acts_of_post(self, post_id: int) -> Sequence[ActOfPost]:
        act = self.acts.get(post_id)
        return [] if act is None else [act]

    def company_of(self, identity_id: int) -> int:
        return 0

    def text(self, post_id: int) -> PostText | None:
        return self.texts.get(post_id)
