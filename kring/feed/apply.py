"""How the world takes in what happened: one small operation per kind of event.

Every operation bears repetition. What an event only names is looked up in a `Library`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kring.core.clock import to_ms
from kring.core.events import Event, Recorded
from kring.feed.events import (
    LessLikeThisAsked,
    LessLikeThisUndone,
    MoreLikeThisAsked,
    MoreLikeThisUndone,
    PostHidden,
    PostRead,
    PostsSeen,
    PostUnhidden,
    PreferencesChanged,
    TextAnalysed,
)
from kring.feed.library import Library
from kring.feed.world import Act, ActKind, PostEdit, World
from kring.feed.world.exposures import Exposure
from kring.members import events as members
from kring.network import events as network
from kring.posts import events as posts
from kring.posts.models import ReactionKind


def apply(world: World, recorded: Recorded, library: Library, *, bare_words: int) -> None:
    """Take one event into the world; events the feed does not know change nothing."""
    operation = OPERATIONS.get(type(recorded.event))
    if operation is not None:
        operation(_Place(world, library, to_ms(recorded.at), bare_words), recorded.event)


def reaction_kind(kind: str) -> int:
    return ActKind.HELPED if kind == ReactionKind.HELPED else ActKind.REACT


def repost_kind(words: int, bare_words: int) -> int:
    return ActKind.BARE_REPOST if words < bare_words else ActKind.REPOST_WITH_WORDS


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an event is applied, and when it happened."""

    world: World
    library: Library
    at_ms: int
    bare_words: int


def _published(at: _Place, event: posts.PostPublished | posts.PostEdited | posts.Reposted) -> None:
    post = at.library.post(event.post_id)
    if post is not None:
        at.world.add_post(post)


def _edited(at: _Place, event: posts.PostEdited) -> None:
    post = at.library.post(event.post_id)
    if post is not None:
        at.world.edit_post(
            post.post_id,
            PostEdit(
                words=post.words,
                flags=post.flags,
                audience=post.audience,
                topics=post.topics,
                mentions=post.mentions,
            ),
        )


def _deleted(at: _Place, event: posts.PostDeleted) -> None:
    at.world.remove_post(event.post_id)
    for actor, kind, subject, towards in at.library.acts_of_post(event.post_id):
        at.world.remove_act(actor, kind, post_id=subject, target_author_id=towards)


def _commented(at: _Place, event: posts.Commented) -> None:
    for actor, kind, subject, towards in at.library.acts_of_post(event.post_id):
        at.world.add_act(Act(actor, kind, at.at_ms, subject, towards))


def _reposted(at: _Place, event: posts.Reposted) -> None:
    _published(at, event)
    shown = repost_kind(event.own_words, at.bare_words)
    for actor, kind, subject, towards in at.library.acts_of_post(event.post_id):
        if kind == shown:
            at.world.add_act(Act(actor, kind, at.at_ms, subject, towards))


def _reacted(at: _Place, event: posts.Reacted) -> None:
    if event.previous:
        _unreacted(
            at,
            posts.Unreacted(
                post_id=event.post_id, by=event.by, kind=event.previous, author_id=event.author_id
            ),
        )
    subject = event.via_id or event.post_id
    on_post = at.world.posts.index.find(event.post_id) >= 0
    at.world.add_act(
        Act(
            actor_id=event.by,
            kind=reaction_kind(event.kind),
            at_ms=at.at_ms,
            post_id=subject if on_post else 0,
            target_author_id=(event.via_author_id if event.via_id else None) or event.author_id,
        )
    )


def _unreacted(at: _Place, event: posts.Unreacted) -> None:
    on_post = at.world.posts.index.find(event.post_id) >= 0
    at.world.remove_act(
        event.by,
        reaction_kind(event.kind),
        post_id=event.post_id if on_post else 0,
        target_author_id=event.author_id,
    )


def _act(kind: ActKind) -> Callable[[_Place, Any], None]:
    def add(at: _Place, event: Any) -> None:
        at.world.add_act(
            Act(
                actor_id=event.by,
                kind=kind,
                at_ms=at.at_ms,
                post_id=event.post_id,
                target_author_id=event.author_id,
            )
        )

    return add


def _undo(kind: ActKind) -> Callable[[_Place, Any], None]:
    def remove(at: _Place, event: Any) -> None:
        at.world.remove_act(event.by, kind, post_id=event.post_id, target_author_id=event.author_id)

    return remove


def _connected(at: _Place, event: network.Connected) -> None:
    at.world.connect(event.a, event.b)
    for one, other in ((event.a, event.b), (event.b, event.a)):
        at.world.add_act(
            Act(actor_id=one, kind=ActKind.CONNECT, at_ms=at.at_ms, target_author_id=other)
        )


def _disconnected(at: _Place, event: network.Disconnected) -> None:
    at.world.disconnect(event.a, event.b)
    for one, other in ((event.a, event.b), (event.b, event.a)):
        at.world.remove_act(one, ActKind.CONNECT, target_author_id=other)


def _followed(at: _Place, event: network.Followed) -> None:
    at.world.follow(event.follower, event.followed)
    at.world.add_act(
        Act(
            actor_id=event.follower,
            kind=ActKind.FOLLOW,
            at_ms=at.at_ms,
            target_author_id=event.followed,
        )
    )


def _unfollowed(at: _Place, event: network.Unfollowed) -> None:
    at.world.unfollow(event.follower, event.followed)
    at.world.remove_act(event.follower, ActKind.FOLLOW, target_author_id=event.followed)


def _profile(at: _Place, event: members.ProfileChanged) -> None:
    at.world.set_company(event.identity_id, at.library.company_of(event.identity_id))


def _preferences(at: _Place, event: PreferencesChanged) -> None:
    at.world.set_home_only(event.by, bool(event.home_only))


def _analysed(at: _Place, event: TextAnalysed) -> None:
    text = at.library.text(event.post_id)
    if text is not None:
        at.world.set_text(event.post_id, text)


def _seen(at: _Place, event: PostsSeen) -> None:
    """An empty list of chances says that the page reported each; of expectations, that none is."""
    certain, unknown = (1.0,) * len(event.post_ids), (0.0,) * len(event.post_ids)
    at.world.add_seen(
        [
            Exposure(event.by, post_id, at.at_ms, chance, expected)
            for post_id, chance, expected in zip(
                event.post_ids, event.chances or certain, event.expected or unknown, strict=True
            )
        ]
    )


OPERATIONS: dict[type[Event], Callable[[_Place, Any], None]] = {
    posts.PostPublished: _published,
    posts.PostEdited: _edited,
    posts.PostDeleted: _deleted,
    posts.Commented: _commented,
    posts.Reposted: _reposted,
    posts.Reacted: _reacted,
    posts.Unreacted: _unreacted,
    posts.Bookmarked: _act(ActKind.BOOKMARK),
    posts.Unbookmarked: _undo(ActKind.BOOKMARK),
    PostHidden: _act(ActKind.HIDE),
    PostUnhidden: _undo(ActKind.HIDE),
    LessLikeThisAsked: _act(ActKind.LESS),
    LessLikeThisUndone: _undo(ActKind.LESS),
    MoreLikeThisAsked: _act(ActKind.MORE),
    MoreLikeThisUndone: _undo(ActKind.MORE),
    PreferencesChanged: _preferences,
    TextAnalysed: _analysed,
    PostsSeen: _seen,
    PostRead: _act(ActKind.READ),
    network.Connected: _connected,
    network.Disconnected: _disconnected,
    network.Followed: _followed,
    network.Unfollowed: _unfollowed,
    members.ProfileChanged: _profile,
}
