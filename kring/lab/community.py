"""A recorded community as production would have seen it: events into a world, without a database.

What the log tells is put into events of ours and applied by production's own code:

    birth of an item    PostPublished by whoever touched it first, with the title as its words,
                        and TextAnalysed, as if the worker had looked at it at once
    VIEW                PostRead
    LIKE                Reacted (once per person and item, as our constraint wants it)
    BOOKMARK, FOLLOW    Bookmarked (once): to be told of comments is to keep something in reach
    COMMENT CREATED     Commented, a comment of its own on the item
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kring.core.clock import from_ms
from kring.core.events import Event, Recorded
from kring.core.html import count_words
from kring.core.ids import BACKDATED_NODE, MAX_SEQUENCE, compose
from kring.feed.apply import apply
from kring.feed.events import PostRead, TextAnalysed
from kring.feed.library import ActOfPost
from kring.feed.policy import Policy
from kring.feed.text import PostText
from kring.feed.text.analysis import Wording, analyse
from kring.feed.text.encode import Encoder
from kring.feed.world import ActKind, AuthorKind, Post, PostFlag, World
from kring.feed.world.columns import Rows
from kring.lab.deskdrop import BOOKMARK, COMMENT, FOLLOW, LIKE, VIEW, Happening
from kring.lab.shelf import Shelf
from kring.posts import events as posts
from kring.posts.models import ReactionKind

KEPT = {LIKE: LIKE, BOOKMARK: BOOKMARK, FOLLOW: BOOKMARK}


class Reader:
    """Concludes from titles what the worker would, each title once.

    Copies are not looked for: the same article is one item of the log.
    """

    def __init__(self, encoder: Encoder, policy: Policy) -> None:
        self._encoder, self._policy = encoder, policy
        self._known: dict[str, PostText] = {}

    def read(self, title: str) -> PostText:
        if title not in self._known:
            found = analyse(Wording(title), encoder=self._encoder, policy=self._policy.text)
            self._known[title] = PostText(
                vector=found.vector,
                language=found.language,
                bait=found.bait.probability >= self._policy.text.bait_probability,
            )
        return self._known[title]


class Community:
    """A world that grows by `take_in`; persons and items keep the log's own ids outside."""

    def __init__(self, titles: dict[str, str], reader: Reader, policy: Policy) -> None:
        self.world = World()
        self.policy = policy
        self._titles, self._reader = titles, reader
        self._shelf = Shelf()
        self._persons: dict[str, int] = {}
        self._items: dict[str, int] = {}
        self._kept: set[tuple[str, str, str]] = set()
        self._second, self._in_second, self._seq = 0, 0, 0

    def person(self, name: str) -> int:
        """The identity of someone known; 0 for one of whom nothing has been heard yet."""
        return self._persons.get(name, 0)

    def number(self, name: str) -> int:
        """The identity of someone, who is known from now on."""
        return self._persons.setdefault(name, len(self._persons) + 1)

    def rows(self, items: Sequence[str]) -> Rows:
        """Rows of the world's posts. Raises KeyError for an item that is not born yet."""
        ids = np.array([self._items[item] for item in items], dtype=np.int64)
        return self.world.posts.index.find_many(ids)

    def take_in(self, event: Happening) -> None:
        """Apply one row of the log. Rows must come in order of time."""
        person = self.number(event.person)
        if event.item not in self._items:
            self.publish(event.item, person, AuthorKind.PERSON, event.at)
        if event.kind in KEPT:
            once = (KEPT[event.kind], event.person, event.item)
            if once in self._kept:
                return
            self._kept.add(once)
        self.tell(self._act(event.kind, person, self._items[event.item], event.at), event.at)

    def publish(self, item: str, author: int, author_kind: AuthorKind, at: int) -> None:
        """Let an item be posted, its title being all that is known of it."""
        post_id = self._new_id(at)
        title = self._titles.get(item, "")
        self._items[item] = post_id
        self._shelf.posts[post_id] = Post(
            post_id=post_id,
            author_id=author,
            created_ms=at * 1_000,
            author_kind=author_kind,
            words=count_words(title),
            flags=int(PostFlag.QUESTION) if "?" in title else 0,
        )
        self._shelf.texts[post_id] = self._reader.read(title)
        self.tell(posts.PostPublished(post_id=post_id, author_id=author), at)
        self.tell(TextAnalysed(post_id=post_id), at)

    def tell(self, event: Event, at: int) -> None:
        self._seq += 1
        recorded = Recorded(self._seq, self._seq, from_ms(at * 1_000), event)
        bare_words = int(self.policy.multipliers.bare_words)
        apply(self.world, recorded, self._shelf, bare_words=bare_words)

    def _act(self, kind: str, by: int, post_id: int, at: int) -> Event:
        author = self._shelf.posts[post_id].author_id
        if kind == VIEW:
            return PostRead(post_id=post_id, by=by, author_id=author)
        if kind == LIKE:
            return posts.Reacted(post_id=post_id, by=by, kind=ReactionKind.LIKE, author_id=author)
        if kind == COMMENT:
            comment = self._new_id(at)
            self._shelf.acts[comment] = ActOfPost(by, ActKind.COMMENT, post_id, author)
            return posts.Commented(
                post_id=comment,
                author_id=by,
                thread_id=post_id,
                parent_id=post_id,
                thread_author_id=author,
            )
        return posts.Bookmarked(post_id=post_id, by=by, author_id=author)

    def _new_id(self, at: int) -> int:
        """An id of that second, which goes by what happened so far and by nothing later."""
        if at != self._second:
            self._second, self._in_second = at, 0
        n = self._in_second
        self._in_second += 1
        ms, sequence = divmod(n, MAX_SEQUENCE + 1)
        return compose(ms=at * 1_000 + ms, node=BACKDATED_NODE, sequence=sequence)
