"""How the world takes in what happened: one small operation per kind of event.

Every operation bears repetition. What an event only names is looked up in a `Library`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kring.core.clock import to_ms
from kring.core.events import Event, Recorded
from kring.core.ids import ms_of
from kring.feed.events import (
    LessLikeThisAsked,
    LessLikeThisUndone,
    MeasurementForgotten,
    MoreLikeThisAsked,
    MoreLikeThisUndone,
    PostHidden,
    PostRead,
    PostsSeen,
    PostUnhidden,
    PreferencesChanged,
    TextAnalysed,
)
from kring.feed.library import ActOfPost, Library
from kring.feed.world import Act, ActKind, PostEdit, Undone, World
from kring.feed.world.exposures import Exposure
from kring.members import events as members
from kring.network import events as network
from kring.posts import events as posts
from kring.posts.models import ReactionKind

PRESENT_MS = 60_000


def apply(world: World, recorded: Recorded, library: Library, *, bare_words: int) -> None:
    """Take one event into the world; events the feed does not know change nothing."""
    operation = OPERATIONS.get(type(recorded.event))
    if operation is not None:
        operation(_Place(world, library, recorded, bare_words), recorded.event)


def reaction_kind(kind: str) -> int:
    return ActKind.HELPED if kind == ReactionKind.HELPED else ActKind.REACT


def repost_kind(words: int, bare_words: int) -> int:
    return ActKind.BARE_REPOST if words < bare_words else ActKind.REPOST_WITH_WORDS


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an event is applied, and when it happened."""

    world: World
    library: Library
    recorded: Recorded
    bare_words: int

    @property
    def at_ms(self) -> int:
        return to_ms(self.recorded.at)

    @property
    def logged_ms(self) -> int:
        """When an act happened that stands in the log alone, which dates it by its event's id.

        An id made at quite another moment (the lab's, a backdated one) tells nothing.
        """
        made = ms_of(self.recorded.event_id)
        return made if abs(made - self.at_ms) < PRESENT_MS else self.at_ms


def _published(at: _Place, event: posts.PostPublished | posts.PostEdited | posts.Reposted) -> None:
    post = at.library.post(event.post_id)
    if post is not None:
        at.world.add_post(post)


def _edited(at: _Place, event: posts.PostEdited | posts.AudienceChanged) -> None:
    post = at.library.post(event.post_id)
    if post is None or post.removed:
        return
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
    # Topics concluded from the words stand behind those its author names now.
    at.world.set_text(post.post_id, at.library.text(event.post_id))
    if post.origin_id:
        _repost_act(at, event.post_id, post.words)


def _deleted(at: _Place, event: posts.PostDeleted) -> None:
    at.world.remove_post(event.post_id)
    for act in at.library.acts_of_post(event.post_id):
        _undo_one(at, act)


def _restored(at: _Place, event: posts.PostRestored) -> None:
    post = at.library.post(event.post_id)
    if post is not None:
        at.world.add_post(post)
        at.world.set_text(event.post_id, at.library.text(event.post_id))
    if post is not None and post.origin_id:
        _repost_act(at, event.post_id, post.words)
    else:
        for act in at.library.acts_of_post(event.post_id):
            _add_one(at, act)


def _commented(at: _Place, event: posts.Commented) -> None:
    for act in at.library.acts_of_post(event.post_id):
        _add_one(at, act)


def _reposted(at: _Place, event: posts.Reposted) -> None:
    _published(at, event)
    post = at.library.post(event.post_id)
    words = event.own_words if post is None or post.removed else post.words
    _repost_act(at, event.post_id, words)


def _repost_act(at: _Place, post_id: int, words: int) -> None:
    """A repost is one act, of the kind that its words make it now."""
    shown = repost_kind(words, at.bare_words)
    for act in at.library.acts_of_post(post_id):
        if act.kind == shown:
            _add_one(at, act)
        else:
            _undo_one(at, act)


def _add_one(at: _Place, act: ActOfPost) -> None:
    moment = act.at_ms or at.at_ms
    at.world.add_act(Act(act.actor_id, act.kind, moment, act.post_id, act.target_author_id))


def _undo_one(at: _Place, act: ActOfPost) -> None:
    at.world.undo(
        Undone(act.actor_id, act.kind, act.post_id, act.target_author_id, act.at_ms, exact=True)
    )


def _reacted(at: _Place, event: posts.Reacted) -> None:
    kind = reaction_kind(event.kind)
    if event.previous:
        # The same reaction, of another kind: its moment and the way it came stay.
        before = reaction_kind(event.previous)
        if before != kind:
            at.world.change_act(event.by, before, kind, post_id=event.post_id)
        return
    at.world.add_act(
        Act(
            actor_id=event.by,
            kind=kind,
            at_ms=at.at_ms,
            post_id=event.via_id or event.post_id,
            target_author_id=(event.via_author_id if event.via_id else None) or event.author_id,
        )
    )


def _unreacted(at: _Place, event: posts.Unreacted) -> None:
    """Of whatever kind, by whatever repost: there is one reaction of a person to a post."""
    for kind in (ActKind.REACT, ActKind.HELPED):
        at.world.undo(Undone(event.by, kind, event.post_id))


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
        at.world.undo(Undone(event.by, kind, event.post_id, event.author_id, exact=True))

    return remove


def _read(at: _Place, event: PostRead) -> None:
    at.world.add_act(
        Act(
            actor_id=event.by,
            kind=ActKind.READ,
            at_ms=at.logged_ms,
            post_id=event.post_id,
            target_author_id=event.author_id,
        )
    )


def _connected(at: _Place, event: network.Connected) -> None:
    at.world.connect(event.a, event.b)
    for one, other in ((event.a, event.b), (event.b, event.a)):
        at.world.add_act(
            Act(actor_id=one, kind=ActKind.CONNECT, at_ms=at.at_ms, target_author_id=other)
        )


def _disconnected(at: _Place, event: network.Disconnected) -> None:
    at.world.disconnect(event.a, event.b)
    for one, other in ((event.a, event.b), (event.b, event.a)):
        at.world.undo(Undone(one, ActKind.CONNECT, target_author_id=other))


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
    at.world.undo(Undone(event.follower, ActKind.FOLLOW, target_author_id=event.followed))


def _profile(at: _Place, event: members.ProfileChanged) -> None:
    at.world.set_company(event.identity_id, at.library.company_of(event.identity_id))


def _preferences(at: _Place, event: PreferencesChanged) -> None:
    at.world.set_home_only(event.by, bool(event.home_only))


def _limited(at: _Place, event: members.IdentityLimited) -> None:
    at.world.set_limited(event.identity_id, bool(event.limited))


def _analysed(at: _Place, event: TextAnalysed) -> None:
    at.world.set_text(event.post_id, at.library.text(event.post_id))


def _seen(at: _Place, event: PostsSeen) -> None:
    """An empty list of chances says that the page reported each; of expectations, that none is."""
    certain, unknown = (1.0,) * len(event.post_ids), (0.0,) * len(event.post_ids)
    at.world.add_seen(
        [
            Exposure(event.by, post_id, at.logged_ms, chance, expected)
            for post_id, chance, expected in zip(
                event.post_ids, event.chances or certain, event.expected or unknown, strict=True
            )
        ]
    )


def _unmeasured(at: _Place, event: MeasurementForgotten) -> None:
    at.world.forget_measured(event.by)


def _forgotten(at: _Place, event: members.IdentityDeleted) -> None:
    at.world.forget(event.identity_id)


OPERATIONS: dict[type[Event], Callable[[_Place, Any], None]] = {
    posts.PostPublished: _published,
    posts.PostEdited: _edited,
    posts.AudienceChanged: _edited,
    posts.PostDeleted: _deleted,
    posts.PostRestored: _restored,
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
    PostRead: _read,
    network.Connected: _connected,
    network.Disconnected: _disconnected,
    network.Followed: _followed,
    network.Unfollowed: _unfollowed,
    members.ProfileChanged: _profile,
    members.IdentityDeleted: _forgotten,
    MeasurementForgotten: _unmeasured,
    members.IdentityLimited: _limited,
}
