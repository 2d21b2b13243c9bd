"""What people do with posts. Every event carries the ids a handler needs to ask no more."""

from __future__ import annotations

from kring.core.events import Event


class PostPublished(Event, frozen=True, kw_only=True):
    post_id: int
    author_id: int


class PostEdited(Event, frozen=True, kw_only=True):
    post_id: int
    author_id: int


class PostLinked(Event, frozen=True, kw_only=True):
    """What is known of the page that a post links to belongs to the post, or no longer does."""

    post_id: int


class PostDeleted(Event, frozen=True, kw_only=True):
    post_id: int
    author_id: int


class PostRestored(Event, frozen=True, kw_only=True):
    """A deletion was taken back: the post is there again, as it was."""

    post_id: int
    author_id: int


class AudienceChanged(Event, frozen=True, kw_only=True):
    """Moderators narrowed whom a post is for, or gave it back its own audience."""

    post_id: int
    author_id: int


class CommentsClosed(Event, frozen=True, kw_only=True):
    thread_id: int
    by: int


class CommentsOpened(Event, frozen=True, kw_only=True):
    thread_id: int
    by: int


class Commented(Event, frozen=True, kw_only=True):
    """`parent_id` is what was answered; `thread_author_id` wrote the thread's top post."""

    post_id: int
    author_id: int
    thread_id: int
    parent_id: int
    thread_author_id: int


class Reposted(Event, frozen=True, kw_only=True):
    """`own_words` counts what the sharer added; 0 is a bare repost."""

    post_id: int
    author_id: int
    origin_id: int
    repost_of_id: int
    origin_author_id: int
    own_words: int


class Reacted(Event, frozen=True, kw_only=True):
    """`post_id` is always an original; `via_id` the repost through which it was reached.

    `previous` is the kind that this one replaced.
    """

    post_id: int
    by: int
    kind: str
    author_id: int
    via_id: int | None = None
    via_author_id: int | None = None
    previous: str | None = None


class Unreacted(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    kind: str
    author_id: int


class Bookmarked(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class Unbookmarked(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class ThreadMuted(Event, frozen=True, kw_only=True):
    thread_id: int
    by: int


class ThreadUnmuted(Event, frozen=True, kw_only=True):
    thread_id: int
    by: int
