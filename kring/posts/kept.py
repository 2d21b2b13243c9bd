"""Cards as everybody sees them, kept until an event names what they were made of.

Each process hears of everything from the outbox before it uses a card, so each knows by itself
which of its cards still hold; none is handed to another (why:
docs/decisions/0023-shared-cards-are-kept.md). Nothing here says who may see a post.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from kring.core.events import REBUILDING, Event, Tail, last_seq
from kring.core.lru import Lru
from kring.core.prepared import Prepared
from kring.media.events import PreviewFetched
from kring.members.events import (
    IdentityDeleted,
    IdentityRestored,
    IdentitySuspended,
    ProfileChanged,
)
from kring.posts.card import PostCard
from kring.posts.events import (
    AudienceChanged,
    Commented,
    CommentsClosed,
    CommentsOpened,
    PostDeleted,
    PostEdited,
    PostLinked,
    PostRestored,
    Reacted,
    Reposted,
    Unreacted,
)
from kring.posts.models import Post

CARDS, BYTES = 10_000, 32 << 20
# Ids that were named and are remembered; after so many, every card is made anew.
NAMED = 50_000
# Events that are taken in at once; whoever is further behind makes every card anew.
AT_ONCE = 1_000
# About what a card takes besides its words.
_FRAME_BYTES = 2_500

# By which fields an event names what is on a card: a post, its origin or latest comment, the people
# who are named, the page linked to.
NAMES: dict[type[Event], str] = {
    PostEdited: "post_id",
    AudienceChanged: "post_id",
    PostLinked: "post_id",
    PostDeleted: "post_id",
    PostRestored: "post_id",
    CommentsClosed: "thread_id",
    CommentsOpened: "thread_id",
    Commented: "thread_id",
    Reposted: "origin_id",
    Reacted: "post_id",
    Unreacted: "post_id",
    PreviewFetched: "preview_id",
    ProfileChanged: "identity_id",
}
# Rare, and on any number of cards: whoever took part in a talk is counted there.
CHANGES_ALL = (IdentitySuspended, IdentityRestored, IdentityDeleted)

# No stamp is given twice while a process lives.
_STAMPS = count(1)

_HUNG_ON = Prepared(lambda post: Post.objects.filter(pk=post).values_list("thread_id", "origin_id"))
_LATER_TALK = Prepared(
    lambda author, post: (
        Post.objects.filter(author_id=author, pk__gt=post, in_reply_to__isnull=False)
        .order_by()
        .values_list("thread_id")
        .distinct()
    )
)


@dataclass(slots=True)
class _Kept:
    """position: up to which event it holds; concerns: the ids whose being named ends it."""

    card: PostCard
    lean: bool
    position: int
    concerns: tuple[int, ...]


class KeptCards:
    """For several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._tail: Tail | None = None
        self._cards: Lru[int, _Kept] = Lru(things=CARDS, bytes_=BYTES)
        self._position = 0
        # Below it nothing holds; and above, what no event named since.
        self._floor = 0
        self._named: dict[int, int] = {}

    def hear(self) -> int:
        """Take in what has happened. 1 query; more when news came.

        Returns the position to `keep` cards with that are read from now on.
        """
        with self._lock:
            if self._tail is None:
                self._start_again()
                return self._position
            try:
                news = list(self._tail.poll())
                if len(news) >= AT_ONCE:
                    self._start_again()
                for recorded in news:
                    self._take(recorded.event)
            except BaseException:
                # The tail is past events that were not taken in.
                self._tail = None
                raise
            return self._position

    def find(self, post_ids: Iterable[int], *, lean: bool) -> dict[int, PostCard]:
        """The kept cards of these posts that still hold. lean: less than a whole card will do."""
        with self._lock:
            kept = ((post_id, self._cards.get(post_id)) for post_id in post_ids)
            return {
                post_id: one.card
                for post_id, one in kept
                if one is not None and (lean or not one.lean) and self._holds(one)
            }

    def keep(self, cards: Sequence[PostCard], *, heard: int, lean: bool) -> dict[int, PostCard]:
        """The cards, stamped, by id. heard: what `hear` said before they were read"""
        with self._lock:
            for card in cards:
                card.stamped(next(_STAMPS))
                size = _FRAME_BYTES * (2 if card.origin else 1)
                size += 2 * sum(len(one.html) for one in (card, card.origin) if one is not None)
                self._cards.put(
                    card.id, _Kept(card, lean, heard, tuple(_concerns(card))), size=size
                )
        return {card.id: card for card in cards}

    def _holds(self, kept: _Kept) -> bool:
        named, position = self._named, kept.position
        if position < self._floor or any(named.get(id_, 0) > position for id_ in kept.concerns):
            return False
        kept.position = self._position
        return True

    def _start_again(self) -> None:
        self._tail = Tail(start_after=last_seq(), batch=AT_ONCE)
        self._forget()

    def _forget(self) -> None:
        """Let no card hold any more, not even one that is being read."""
        self._position += 1
        self._floor = self._position
        self._cards.clear()
        self._named.clear()

    def _take(self, event: Event) -> None:
        if isinstance(event, CHANGES_ALL) or type(event).__name__ == REBUILDING:
            self._forget()
        elif (field := NAMES.get(type(event))) is not None:
            self._position += 1
            named = [getattr(event, field), *_also_named(event)]
            self._named.update(dict.fromkeys(named, self._position))
            if len(self._named) > NAMED:
                self._forget()


def _concerns(card: PostCard) -> Iterator[int]:
    for one in (card, card.origin):
        if one is not None:
            yield from (one.id, one.author.id)
            yield from (said for peek in one.peek for said in (peek.id, peek.author.id))
            yield from (id_ for id_ in (one.group and one.group.id, one.link_preview_id) if id_)


def _also_named(event: Event) -> Iterator[int]:
    """What an event concerns besides: 1 query for a deletion, its undoing, or a comment."""
    if isinstance(event, PostDeleted | PostRestored):
        for thread_id, origin_id in _HUNG_ON.rows(event.post_id):
            yield from (id_ for id_ in (thread_id, origin_id) if id_)
    elif isinstance(event, Commented):
        # A comment that is older than others of its author and came to be known after them: now
        # they are no longer the first.
        yield from (thread for (thread,) in _LATER_TALK.rows(event.author_id, event.post_id))


@lru_cache(maxsize=1)
def kept_cards() -> KeptCards:
    """This process's cards."""
    return KeptCards()
