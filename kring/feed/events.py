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


class MoreLikeThisAsked(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class MoreLikeThisUndone(Event, frozen=True, kw_only=True):
    post_id: int
    by: int
    author_id: int


class TopicMuted(Event, frozen=True, kw_only=True):
    topic_id: int
    by: int


class TopicUnmuted(Event, frozen=True, kw_only=True):
    topic_id: int
    by: int


class TopicFollowed(Event, frozen=True, kw_only=True):
    topic_id: int
    by: int


class TopicUnfollowed(Event, frozen=True, kw_only=True):
    topic_id: int
    by: int


class InterestSet(Event, frozen=True, kw_only=True):
    """An interest set by hand. `level`: 1 more, -1 less, 0 as it is learned."""

    topic_id: int
    by: int
    level: int


class PreferencesChanged(Event, frozen=True, kw_only=True):
    """How somebody wants to be served. `home_only`: 1 keeps their posts within their network."""

    by: int
    home_only: int


class TextAnalysed(Event, frozen=True, kw_only=True):
    """What is concluded from a post's words changed; nobody did anything."""

    post_id: int


class PostsSeen(Event, frozen=True, kw_only=True):
    """What one person had on the screen, or was sent where nobody can tell; a look is no reading.

    Lists are parallel. chances: probability that each was seen; none given: the page reported them
    all. expected: probability of a response, as it stood when the page was made; none given: not
    known. page_id: the page in the log, if that surface is logged.
    """

    by: int
    post_ids: tuple[int, ...]
    chances: tuple[float, ...] = ()
    expected: tuple[float, ...] = ()
    surface: str = ""
    page_id: int = 0


class MeasurementForgotten(Event, frozen=True, kw_only=True):
    """What was measured of somebody is deleted; what they did stays."""

    by: int
