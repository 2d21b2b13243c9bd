"""The feed's index: one `World` per process, filled at the start and kept current by the outbox.

Every request first takes in what has happened since the last one (one indexed query), so an act
shapes the next page whichever process serves it. One lock: ranking is arithmetic in one process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
import structlog

from kring.core.clock import utc_now
from kring.core.events import REBUILDING, Event, Recorded, Tail, decode, last_seq
from kring.core.models import Delivery, RecordedEvent
from kring.feed import load, snapshot
from kring.feed.apply import apply
from kring.feed.events import PostRead, PostsSeen
from kring.feed.library import ActOfPost
from kring.feed.news import News
from kring.feed.text import PostText
from kring.feed.text_load import load_text
from kring.feed.world import Post, World
from kring.network.graph import Graph
from kring.posts.events import PostEdited, PostPublished, PostRestored, Reposted

# What stands in the log alone, and the handler that puts it there.
LOGGED_ALONE = (PostRead.__name__, PostsSeen.__name__)
LOGGING = "feed.log_act"
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

    def __init__(
        self, *, bare_words: int, batch: int = 5_000, now: Callable[[], datetime] = utc_now,
        snapshots: Path | None = None,
    ) -> None:  # fmt: skip
        """batch: events taken in at once; now: decides only what is too old to be kept

        snapshots: folder of a snapshot to start from; without one, or with one that cannot be
        used, the database is read
        """
        self._bare_words, self._batch, self._now = bare_words, batch, now
        self._snapshots, self._built_at = snapshots, now()
        self._lock = threading.RLock()
        self._world: World | None = None
        self._tail: Tail | None = None
        self._window = load.window(now())
        # A look at a page says nothing new about it: the present visit never counts.
        self.news = News(quiet=(PostsSeen,))

    @contextmanager
    def reading(self) -> Iterator[World]:
        """The current world, for as long as the caller holds it. 1 query, more when news came."""
        with self._lock:
            yield self._refreshed()

    def connections(self) -> Graph:
        """The network as it is now, for reading without holding anyone up: it never changes."""
        with self.reading() as world:
            return world.connections

    def write_snapshot(self, folder: Path) -> Path | None:
        """Write the world as it is now for others to start from; None where nothing happened."""
        with self.reading() as world:
            assert self._tail is not None
            standing = snapshot.Standing(world, self._tail, self._window, self._built_at)
            return snapshot.write(folder, standing, bare_words=self._bare_words, now=self._now())

    @property
    def built_at(self) -> datetime:
        """When the database was last read as a whole."""
        return self._built_at

    def forget(self) -> None:
        """Start again from the database at the next reading."""
        with self._lock:
            self._world = self._tail = None

    def _refreshed(self) -> World:
        if self._world is None or self._tail is None:
            opened = self._opened()
            if opened is None:
                return self._rebuilt()
            self._world, self._tail, self._window = opened.world, opened.tail, opened.window
            self._built_at = opened.built_at
            self.news.start_again()
        try:
            while True:
                news = list(self._tail.poll())
                if any(type(recorded.event).__name__ == REBUILDING for recorded in news):
                    return self._rebuilt()
                self._apply(self._world, news)
                if len(news) < self._batch:
                    break
            self._expire(self._world)
        except BaseException:
            # The tail is past events that were not taken in: only a new start has them all.
            self._world = self._tail = None
            raise
        return self._world

    def _opened(self) -> snapshot.Standing | None:
        """The snapshot to start from, at the first start of a process alone."""
        folder, self._snapshots = self._snapshots, None
        if folder is None:
            return None
        try:
            opened = snapshot.open_latest(
                folder, bare_words=self._bare_words, now=self._now(), batch=self._batch
            )
        except snapshot.Unusable as why:
            log.info("feed snapshot not used", why=str(why))
            return None
        log.info("feed snapshot opened", posts=len(opened.world.posts), acts=len(opened.world.acts))
        return opened

    def _apply(self, world: World, news: Iterable[Recorded]) -> None:
        for recorded in news:
            apply(world, recorded, LIBRARY, bare_words=self._bare_words)
            self.news.take(recorded.event, also=_mentioned(world, recorded.event))

    def _expire(self, world: World) -> None:
        """Once a day: let go of what a process that starts today would not load."""
        since = load.window(self._now())
        if since != self._window:
            self._window = since
            world.expire(exposures_before_ms=since.exposures_ms, ties_before_ms=since.ties_ms)

    def _rebuilt(self) -> World:
        # The position is taken first: what happens while loading is told again, and every
        # operation on the world bears repetition.
        now = self._now()
        tail = Tail(start_after=last_seq(), batch=self._batch)
        unlogged = list(_unlogged())
        world = World()
        load.fill(world, bare_words=self._bare_words, now=now)
        self._apply(world, unlogged)
        self._world, self._tail, self._window = world, tail, load.window(now)
        self._built_at = now
        self.news.start_again()
        log.info("feed index built", posts=len(world.posts), acts=len(world.acts))
        return world


def _unlogged() -> Iterator[Recorded]:
    """Reads and looks that wait for the worker to log them: loading does not find them there."""
    waiting = Delivery.objects.filter(handler=LOGGING, event__kind__in=LOGGED_ALONE)
    rows = RecordedEvent.objects.filter(pk__in=waiting.values("event_id")).order_by("seq")
    return (decode(row) for row in rows.iterator())


def _mentioned(world: World, event: Event) -> Sequence[int]:
    """The people whom a post that is there now mentions, tied to its author or not."""
    if not isinstance(event, PostPublished | PostEdited | PostRestored | Reposted):
        return ()
    row = world.posts.index.find(event.post_id)
    if row < 0:
        return ()
    _rows, people = world.posts.mentions.pairs_of(np.array([row]))
    mentioned: list[int] = world.people.ids.view[people].tolist()
    return mentioned
