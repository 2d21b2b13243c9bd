"""The feed's index: one `World` per process, filled at the start and kept current by the outbox.

Every request first takes in what has happened since the last one (one indexed query), so an act
shapes the next page whichever process serves it. One lock: ranking is arithmetic in one process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from kring.core.clock import to_ms
from kring.core.events import Event, Recorded, Tail, last_seq
from kring.feed import load
from kring.feed.events import (
    LessLikeThisAsked,
    LessLikeThisUndone,
    PostHidden,
    PostRead,
    PostUnhidden,
)
from kring.feed.world import Act, ActKind, PostEdit, World
from kring.members import events as members
from kring.network import events as network
from kring.posts import events as posts

# Recorded by a bulk import instead of an event per row: everything is read anew.
REBUILDING = "DataImported"
log = structlog.get_logger(__name__)


class FeedIndex:
    """A community in memory, as of the last `refresh()`."""

    def __init__(self, *, bare_words: int) -> None:
        self._bare_words = bare_words
        self._lock = threading.RLock()
        self._world: World | None = None
        self._tail: Tail | None = None

    @contextmanager
    def reading(self) -> Iterator[World]:
        """The current world, for as long as the caller holds it. 1 query, more when news came."""
        with self._lock:
            yield self._refreshed()

    def forget(self) -> None:
        """Start again from the database at the next reading."""
        with self._lock:
            self._world = self._tail = None

    def _refreshed(self) -> World:
        if self._world is None or self._tail is None:
            return self._rebuilt()
        try:
            for recorded in self._tail.poll():
                if type(recorded.event).__name__ == REBUILDING:
                    return self._rebuilt()
                apply(self._world, recorded, bare_words=self._bare_words)
        except BaseException:
            # The tail is past events that were not taken in: only a new start has them all.
            self._world = self._tail = None
            raise
        return self._world

    def _rebuilt(self) -> World:
        # The position is taken first: what happens while loading is told again, and every
        # operation on the world bears repetition.
        tail = Tail(start_after=last_seq())
        world = World()
        load.fill(world, bare_words=self._bare_words)
        self._world, self._tail = world, tail
        log.info("feed index built", posts=len(world.posts), acts=len(world.acts))
        return world


def apply(world: World, recorded: Recorded, *, bare_words: int) -> None:
    """Take one event into the world; events the feed does not know change nothing."""
    operation = OPERATIONS.get(type(recorded.event))
    if operation is not None:
        operation(world, recorded.event, to_ms(recorded.at), bare_words)


def _published(world: World, event: posts.PostPublished, at_ms: int, _: int) -> None:
    post = load.load_post(event.post_id)
    if post is not None:
        world.add_post(post)


def _edited(world: World, event: posts.PostEdited, at_ms: int, _: int) -> None:
    post = load.load_post(event.post_id)
    if post is not None:
        world.edit_post(
            post.post_id,
            PostEdit(
                words=post.words, flags=post.flags, audience=post.audience, topics=post.topics
            ),
        )


def _deleted(world: World, event: posts.PostDeleted, at_ms: int, _: int) -> None:
    world.remove_post(event.post_id)
    for actor, kind, subject, towards in load.acts_of_post(event.post_id):
        world.remove_act(actor, kind, post_id=subject, target_author_id=towards)


def _commented(world: World, event: posts.Commented, at_ms: int, _: int) -> None:
    for actor, kind, subject, towards in load.acts_of_post(event.post_id):
        world.add_act(Act(actor, kind, at_ms, subject, towards))


def _reposted(world: World, event: posts.Reposted, at_ms: int, bare_words: int) -> None:
    _published(world, posts.PostPublished(post_id=event.post_id, author_id=event.author_id), 0, 0)
    shown = load.repost_kind(event.own_words, bare_words)
    for actor, kind, subject, towards in load.acts_of_post(event.post_id):
        if kind == shown:
            world.add_act(Act(actor, kind, at_ms, subject, towards))


def _reacted(world: World, event: posts.Reacted, at_ms: int, _: int) -> None:
    if event.previous:
        _unreacted(
            world,
            posts.Unreacted(
                post_id=event.post_id, by=event.by, kind=event.previous, author_id=event.author_id
            ),
            at_ms,
            0,
        )
    subject = event.via_id or event.post_id
    on_post = world.posts.index.find(event.post_id) >= 0
    world.add_act(
        Act(
            actor_id=event.by,
            kind=load.reaction_kind(event.kind),
            at_ms=at_ms,
            post_id=subject if on_post else 0,
            target_author_id=(event.via_author_id if event.via_id else None) or event.author_id,
        )
    )


def _unreacted(world: World, event: posts.Unreacted, at_ms: int, _: int) -> None:
    on_post = world.posts.index.find(event.post_id) >= 0
    world.remove_act(
        event.by,
        load.reaction_kind(event.kind),
        post_id=event.post_id if on_post else 0,
        target_author_id=event.author_id,
    )


def _act(kind: ActKind) -> Callable[[World, Any, int, int], None]:
    def add(world: World, event: Any, at_ms: int, _: int) -> None:
        world.add_act(
            Act(
                actor_id=event.by,
                kind=kind,
                at_ms=at_ms,
                post_id=event.post_id,
                target_author_id=event.author_id,
            )
        )

    return add


def _undo(kind: ActKind) -> Callable[[World, Any, int, int], None]:
    def remove(world: World, event: Any, at_ms: int, _: int) -> None:
        world.remove_act(event.by, kind, post_id=event.post_id, target_author_id=event.author_id)

    return remove


def _connected(world: World, event: network.Connected, at_ms: int, _: int) -> None:
    world.connect(event.a, event.b)
    for one, other in ((event.a, event.b), (event.b, event.a)):
        world.add_act(Act(actor_id=one, kind=ActKind.CONNECT, at_ms=at_ms, target_author_id=other))


def _disconnected(world: World, event: network.Disconnected, at_ms: int, _: int) -> None:
    world.disconnect(event.a, event.b)
    for one, other in ((event.a, event.b), (event.b, event.a)):
        world.remove_act(one, ActKind.CONNECT, target_author_id=other)


def _followed(world: World, event: network.Followed, at_ms: int, _: int) -> None:
    world.follow(event.follower, event.followed)
    world.add_act(
        Act(
            actor_id=event.follower,
            kind=ActKind.FOLLOW,
            at_ms=at_ms,
            target_author_id=event.followed,
        )
    )


def _unfollowed(world: World, event: network.Unfollowed, at_ms: int, _: int) -> None:
    world.unfollow(event.follower, event.followed)
    world.remove_act(event.follower, ActKind.FOLLOW, target_author_id=event.followed)


def _profile(world: World, event: members.ProfileChanged, at_ms: int, _: int) -> None:
    company = dict(load.current_companies(event.identity_id)).get(event.identity_id, 0)
    world.set_company(event.identity_id, company)


OPERATIONS: dict[type[Event], Callable[[World, Any, int, int], None]] = {
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
    PostRead: _act(ActKind.READ),
    network.Connected: _connected,
    network.Disconnected: _disconnected,
    network.Followed: _followed,
    network.Unfollowed: _unfollowed,
    members.ProfileChanged: _profile,
}
