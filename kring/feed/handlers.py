"""What the feed does when something happened: it logs the act, and forgets who is deleted."""

from __future__ import annotations

from kring.core.events import Event, Recorded
from kring.feed.events import (
    InterestSet,
    LessLikeThisAsked,
    LessLikeThisUndone,
    MoreLikeThisAsked,
    MoreLikeThisUndone,
    PostHidden,
    PostRead,
    PostsSeen,
    PostUnhidden,
    PreferencesChanged,
    TopicFollowed,
    TopicMuted,
    TopicUnfollowed,
    TopicUnmuted,
)
from kring.feed.log import ActRow, append_acts
from kring.feed.models import (
    Hidden,
    LessLikeThis,
    MoreLikeThis,
    PageReasons,
    Preferences,
    Pseudonym,
    ReadPost,
    SeenPage,
    TopicMute,
    TopicWish,
)
from kring.members.events import IdentityDeleted
from kring.network import events as network
from kring.posts import events as posts
from kring.posts.models import TopicFollow

LOGGED_EVENTS: tuple[type[Event], ...] = (
    network.Connected,
    network.Disconnected,
    network.Followed,
    network.Unfollowed,
    network.Muted,
    network.Unmuted,
    network.Blocked,
    network.Unblocked,
    posts.PostPublished,
    posts.PostEdited,
    posts.PostDeleted,
    posts.PostRestored,
    posts.CommentsClosed,
    posts.CommentsOpened,
    posts.Commented,
    posts.Reposted,
    posts.Reacted,
    posts.Unreacted,
    posts.Bookmarked,
    posts.Unbookmarked,
    posts.ThreadMuted,
    posts.ThreadUnmuted,
    PostHidden,
    PostUnhidden,
    LessLikeThisAsked,
    LessLikeThisUndone,
    MoreLikeThisAsked,
    MoreLikeThisUndone,
    TopicMuted,
    TopicUnmuted,
    TopicFollowed,
    TopicUnfollowed,
    InterestSet,
    PreferencesChanged,
    PostRead,
    PostsSeen,
)

# Who acted, towards whom and on what, by the names the events use. The first that is there counts.
_ACTOR = ("by", "follower", "blocker", "muter", "a", "author_id")
_TOWARDS = (
    "origin_author_id",
    "thread_author_id",
    "followed",
    "blocked",
    "muted",
    "b",
    "author_id",
)
_SUBJECT = ("post_id", "thread_id", "topic_id")
_DETAIL = (
    "kind",
    "via_id",
    "previous",
    "origin_id",
    "own_words",
    "parent_id",
    "level",
    "post_ids",
    "chances",
    "expected",
    "surface",
    "page_id",
)


def log_act(recorded: Recorded) -> None:
    """Append the act to the log, once: a repetition has the same id and is ignored."""
    event = recorded.event
    actor = _first(event, _ACTOR)
    if actor is None:
        return
    detail = {name: getattr(event, name) for name in _DETAIL if getattr(event, name, None)}
    append_acts(
        [
            ActRow(
                id=recorded.event_id,
                actor_identity_id=actor,
                kind=type(event).__name__,
                subject_id=_first(event, _SUBJECT),
                towards_identity_id=_first(event, _TOWARDS),
                detail=detail,
            )
        ]
    )


def forget(recorded: Recorded) -> None:
    """Somebody is deleted: what they told the feed, saw and read goes, as does the log's bridge.

    What they did stays in the log, by nobody.
    """
    if not isinstance(recorded.event, IdentityDeleted):
        return
    gone = recorded.event.identity_id
    for told in (Hidden, LessLikeThis, MoreLikeThis, TopicMute, TopicWish):
        told._default_manager.filter(by_id=gone).delete()
    TopicFollow.objects.filter(identity_id=gone).delete()
    Preferences.objects.filter(identity_id=gone).delete()
    bridge = Pseudonym.objects.filter(identity_id=gone)
    for pseudonym in bridge.values_list("pseudonym", flat=True):
        for looked in (SeenPage, ReadPost, PageReasons):
            looked._default_manager.filter(viewer=pseudonym).delete()
    bridge.delete()


def _first(event: Event, names: tuple[str, ...]) -> int | None:
    for name in names:
        value = getattr(event, name, None)
        if value is not None:
            return int(value)
    return None
