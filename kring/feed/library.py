"""Where the feed looks up what an event names: an event carries ids, never what stands behind them.

In production this is the database (`index.DatabaseLibrary`); the lab has one in memory. Whatever
applies events asks here, so both apply them by the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from kring.feed.text import PostText
from kring.feed.world import Post


class ActOfPost(NamedTuple):
    """The act that a comment or a repost is.

    post_id: 0 when it is about no post of others; at_ms: 0 for the moment of its event
    """

    actor_id: int
    kind: int
    post_id: int
    target_author_id: int
    at_ms: int = 0


class Library(Protocol):
    def post(self, post_id: int) -> Post | None:
        """One top post or repost, as removed when it was deleted; None for a comment."""
        ...

    def acts_of_post(self, post_id: int) -> Sequence[ActOfPost]:
        """The acts that a comment or repost may be; none for anything else."""
        ...

    def company_of(self, identity_id: int) -> int:
        """Where a person works now; 0 for nowhere."""
        ...

    def text(self, post_id: int) -> PostText | None:
        """What was concluded from a post's words; None when nothing was yet."""
        ...
