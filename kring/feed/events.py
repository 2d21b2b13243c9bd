"""What people tell the feed, as events."""

from __future__ import annotations

from kring.core.events import Event


class PostHidden(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class PostUnhidden(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class LessLikeThisAsked(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class LessLikeThisUndone(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class PostRead(Event, frozen=True, kw_only=True):
    """Active reading long enough for the length of the text; a view is not a read."""

    post_id: int
    by: int
    author_id: int
