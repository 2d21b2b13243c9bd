"""The feed's index: one `World` per process, filled at the start and kept current by the outbox.

Every request first takes in what has happened since the last one (one indexed query), so an act
shapes the next page whichever process serves it. One lock: ranking is arithmetic in one process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from kring.core.events import Tail, last_seq
from kring.feed import load
from kring.feed.apply import apply
from kring.feed.events import PostsSeen
from kring.feed.library import ActOfPost
from kring.feed.news import News
from kring.feed.text import PostText
from kring.feed.text_load import load_text
from kring.feed.world import Post, World

# Recorded by a bulk import instead of an event per row: everything is read anew.
REBUILDING = "DataImported"
log = structlog.get_logger(__name__)


class DatabaseLibrary:
    """The `Library` of production: each look-up is a query or three."""

    def post(self, post_id: int) -> Post | None:
        return load.load_post(post_id)

    def acts_of_post(self, post_id: int) -> Sequence[ActOfPost]:
        return load.acts_of_post(post_id)

    def company_of(self, identity_id: int) -> int:
        return dict(load.current_companies(identity_id)).get(identity_id, 0)

    def text(self, post_id: int) -> PostText | None:
        return load_text(post_id)


LIBRARY = DatabaseLibrary()


class FeedIndex:
    """A community in memory, as of the last `refresh()`."""

    def __init__(self, *, bare_words: int) -> None:
        self._bare_words = bare_words
        self._lock = threading.RLock()
        self._world: World | None = None
        self._tail: Tail | None = None
        # A look at a page says nothing new about it: the present visit never counts.
        self.news = News(quiet=(PostsSeen,))

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
                apply(self._world, recorded, LIBRARY, bare_words=self._bare_words)
                self.news.take(recorded.event)
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
        self.news.start_again()
        log.info("feed index built", posts=len(world.posts), acts=len(world.acts))
        return world
