"""Top-level posts and reposts as columns: what can be a candidate.

Comments are not here; they are acts on their thread. A removed post keeps its row (rows never
move) without anything it said, and is loaded as such, so that acts by way of it find their
original. Counters live beside the post because every ranking reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kring.feed.text import PostText
from kring.feed.world.columns import Bools, Column, GroupedRows, IdIndex, Ints, Rows
from kring.feed.world.crowd import CrowdTable
from kring.feed.world.kinds import Audience, AuthorKind
from kring.feed.world.mentions import MentionTable
from kring.feed.world.texts import TextTable

MAX_TOPICS = 8
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Post:
    """One post as its event tells it. Times in unix milliseconds; 0 stands for none.

    removed: deleted, or its author is: a tombstone that says nothing
    """

    post_id: int
    author_id: int
    created_ms: int
    author_kind: int = AuthorKind.PERSON
    origin_id: int = 0
    origin_author_id: int = 0
    words: int = 0
    flags: int = 0
    audience: int = Audience.PUBLIC
    topics: tuple[int, ...] = ()
    company_id: int = 0
    mentions: tuple[int, ...] = ()
    removed: bool = False


@dataclass(frozen=True)
class PostColumns:
    """Many posts, one array per field of `Post`, all of one length.

    topics: shape (n, ≤ 8), padded with -1. Arrays left out hold zeros (topics: none).
    """

    post_id: Ints
    author_id: Ints
    created_ms: Ints
    author_kind: Ints | None = None
    origin_id: Ints | None = None
    origin_author_id: Ints | None = None
    words: Ints | None = None
    flags: Ints | None = None
    audience: Ints | None = None
    topics: Ints | None = None
    company_id: Ints | None = None
    removed: Ints | None = None


@dataclass
class PostTable:
    """The columns themselves, one row per post in order of arrival."""

    people: IdIndex
    topic_ids: IdIndex = field(default_factory=IdIndex)
    index: IdIndex = field(default_factory=IdIndex)
    author: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    author_kind: Column[np.uint8] = field(default_factory=lambda: Column(np.uint8))
    origin_id: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    origin_author: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    created_ms: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    words: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    flags: Column[np.uint8] = field(default_factory=lambda: Column(np.uint8))
    audience: Column[np.uint8] = field(default_factory=lambda: Column(np.uint8))
    topics: Column[np.int32] = field(default_factory=lambda: Column(np.int32, width=MAX_TOPICS))
    company_id: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    removed: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    previous: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    responders: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    commenters: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    author_answers: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    # Of posts that are not removed.
    by_author: GroupedRows = field(init=False)
    originals_on_day: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    responses_on_day: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    posts_on_topic: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    originals_by: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    # How many of a post's topics its author named; the others were concluded from its words.
    named_topics: Column[np.uint8] = field(default_factory=lambda: Column(np.uint8))
    by_topic: GroupedRows = field(init=False)
    crowd: CrowdTable = field(default_factory=CrowdTable)
    texts: TextTable = field(default_factory=TextTable)
    mentions: MentionTable = field(init=False)

    def __post_init__(self) -> None:
        self.mentions = MentionTable(self.people)
        self.by_author, self.by_topic = GroupedRows(self.index.ids), GroupedRows(self.index.ids)

    def __len__(self) -> int:
        return len(self.index)

    def load(self, posts: PostColumns) -> None:
        """Append many posts at once; ids must be new, and may come in any order."""
        order = np.argsort(posts.post_id, kind="stable")
        ids = np.asarray(posts.post_id, dtype=np.int64)[order]
        if ids.size and ((ids[1:] == ids[:-1]).any() or (self.index.find_many(ids) >= 0).any()):
            raise ValueError("posts to load must be new, and each once")

        def column(values: Ints | None) -> Ints:
            return np.zeros(len(ids), np.int64) if values is None else np.asarray(values)[order]

        origin_author, removed = column(posts.origin_author_id), column(posts.removed) != 0
        self.index.add_many(ids)
        self.author.extend(self.people.add_many(column(posts.author_id)))
        self.author_kind.extend(column(posts.author_kind))
        self.origin_id.extend(column(posts.origin_id))
        self.origin_author.extend(
            np.where(origin_author == 0, -1, self.people.add_many(origin_author))
        )
        self.created_ms.extend(column(posts.created_ms))
        # What is removed says nothing.
        self.words.extend(np.where(removed, 0, column(posts.words)))
        self.flags.extend(np.where(removed, 0, column(posts.flags)))
        self.audience.extend(column(posts.audience))
        numbered = self._numbered(posts.topics, order, ~removed)
        self.topics.extend(numbered)
        self.named_topics.extend((numbered >= 0).sum(axis=1))
        self.company_id.extend(column(posts.company_id))
        self.removed.extend(removed)
        self._lengthen()
        self.recount()

    def _numbered(self, topics: Ints | None, order: Ints, kept: Bools) -> Rows:
        numbers = np.full((len(order), MAX_TOPICS), -1, dtype=np.int32)
        if topics is not None and topics.size:
            held = np.asarray(topics, dtype=np.int64)[order, :MAX_TOPICS]
            used = (held >= 0) & kept[:, None]
            numbers[:, : held.shape[1]][used] = self.topic_ids.add_many(held[used])
        return numbers

    def add(self, post: Post) -> int:
        """Append one post and return its row."""
        row = self.index.add(post.post_id)
        self.author.append(self.people.add(post.author_id))
        self.author_kind.append(post.author_kind)
        self.origin_id.append(post.origin_id)
        self.origin_author.append(
            self.people.add(post.origin_author_id) if post.origin_author_id else -1
        )
        self.created_ms.append(post.created_ms)
        # What is removed says nothing.
        self.words.append(0 if post.removed else post.words)
        self.flags.append(0 if post.removed else post.flags)
        self.audience.append(post.audience)
        self.topics.append(self._padded(() if post.removed else post.topics))
        self.named_topics.append(self._named(row))
        self.company_id.append(post.company_id)
        self.removed.append(post.removed)
        self._lengthen()
        if not post.removed:
            self._count(row, 1)
            self._group(row)
            self.mentions.set(row, post.mentions)
            self.relink(int(self.author.view[row]))
        return row

    def set_topics(self, row: int, topics: tuple[int, ...]) -> None:
        """What the author names now; topics concluded from the words stay behind them."""
        concluded = self.topics.view[row, int(self.named_topics.view[row]) :]
        kept = self.topic_ids.ids.view[concluded[concluded >= 0]].tolist()
        self._set_topics(row, topics, kept)

    def set_text(self, row: int, text: PostText) -> None:
        """What was concluded from the words of a post."""
        self.texts.set(row, text)
        named = self.topics.view[row, : int(self.named_topics.view[row])]
        self._set_topics(row, tuple(self.topic_ids.ids.view[named].tolist()), text.topics)

    def load_texts(self, rows: Rows, texts: Sequence[PostText]) -> None:
        """The same for many posts at once. Then `recount`."""
        self.texts.load(rows, texts)
        for row, text in zip(rows.tolist(), texts, strict=True):
            if text.topics:
                named = self.topics.view[row, : int(self.named_topics.view[row])]
                known = self.topic_ids.ids.view[named].tolist()
                self.topics.view[row] = self._padded((*known, *text.topics))

    def clear_text(self, row: int) -> None:
        """Nothing is concluded from the words of a post any more."""
        self.texts.clear(row)
        named = self.topics.view[row, : int(self.named_topics.view[row])]
        self._set_topics(row, tuple(self.topic_ids.ids.view[named].tolist()), ())

    def _set_topics(self, row: int, named: Sequence[int], concluded: Sequence[int]) -> None:
        living = not self.removed.view[row]
        if living:
            self._count(row, -1)
        before = self._topics_of(row)
        self.topics.view[row] = self._padded((*named, *concluded))
        self.named_topics.view[row] = min(len(set(named)), MAX_TOPICS)
        after = self._topics_of(row)
        if living:
            self._count(row, 1)
            for topic in before - after:
                self.by_topic.remove(topic, row)
            for topic in after - before:
                self.by_topic.add(topic, row)
        self._settle()

    def _topics_of(self, row: int) -> set[int]:
        return set(self.topics.view[row].tolist()) - {-1}

    def _named(self, row: int) -> int:
        return len(self._topics_of(row))

    def _group(self, row: int) -> None:
        self.by_author.add(int(self.author.view[row]), row)
        for topic in self._topics_of(row):
            self.by_topic.add(topic, row)
        self._settle()

    def _settle(self) -> None:
        for grouping in (self.by_author, self.by_topic):
            if grouping.overgrown:
                grouping.settle()

    def counts(self, row: int) -> bool:
        """Whether a post's response counts for its author: a living original's does."""
        return not self.removed.view[row] and not self.origin_id.view[row]

    def credited(self) -> Rows:
        """Per post: its author, or -1 where its response counts for nobody."""
        counted = ~self.removed.view & (self.origin_id.view == 0)
        return np.where(counted, self.author.view, -1).astype(np.int32)

    def set_removed(self, row: int, removed: bool) -> None:
        """Take a post away with all it said, or bring it back with nothing yet."""
        if bool(self.removed.view[row]) == removed:
            return
        author, original = int(self.author.view[row]), not self.origin_id.view[row]
        if removed:
            self.mentions.set(row, ())
            self.clear_text(row)
            self._set_topics(row, (), ())
            self._count(row, -1)
            self.by_author.remove(author, row)
            self.words.view[row] = self.flags.view[row] = 0
        self.removed.view[row] = removed
        if not removed:
            self._count(row, 1)
            self._group(row)
        if original:
            self.crowd.count_post(row, author, -1 if removed else 1)
        self.relink(author)

    def count_response(self, row: int, change: int) -> None:
        """One person more or fewer responded. Reposts have none: their original has them."""
        self.responders.view[row] += change
        if not self.removed.view[row] and not self.origin_id.view[row]:
            self.responses_on_day.view[int(self.created_ms.view[row]) // DAY_MS] += change

    def relink(self, author: int) -> None:
        """Note for each of an author's posts which one went before it (-1: none)."""
        rows = self.by_author.rows(author)
        self.previous.view[rows[:1]] = -1
        self.previous.view[rows[1:]] = rows[:-1]

    def recount(self) -> None:
        """Everything that is derived from all posts together, from the beginning."""
        alive = np.flatnonzero(~self.removed.view)
        author, ids = self.author.view, self.index.ids.view
        self.by_author.rebuild(np.where(self.removed.view, -1, author))
        chain = alive[np.lexsort((ids[alive], author[alive]))]
        same = author[chain[1:]] == author[chain[:-1]]
        self.previous.view[chain[:1]] = -1
        self.previous.view[chain[1:]] = np.where(same, chain[:-1], -1)
        originals = alive[self.origin_id.view[alive] == 0]
        days, responders = self.created_ms.view[originals] // DAY_MS, self.responders.view
        self.originals_on_day, self.responses_on_day = Column(np.int64), Column(np.int64)
        self.originals_on_day.extend(np.bincount(days))
        self.responses_on_day.extend(np.bincount(days, responders[originals]).astype(np.int64))
        self.originals_by = Column(np.int64)
        self.originals_by.extend(np.bincount(author[originals], minlength=len(self.people)))
        held = self.topics.view[alive]
        self._rebuild_by_topic()
        self.posts_on_topic = Column(np.int64)
        self.posts_on_topic.extend(np.bincount(held[held >= 0], minlength=len(self.topic_ids)))

    def _rebuild_by_topic(self) -> None:
        used = (self.topics.view >= 0) & ~self.removed.view[:, None]
        rows, places = np.nonzero(used)
        self.by_topic.rebuild_pairs(self.topics.view[rows, places], rows.astype(np.int32))

    def _padded(self, topics: tuple[int, ...]) -> list[int]:
        numbers = [self.topic_ids.add(topic) for topic in dict.fromkeys(topics)][:MAX_TOPICS]
        return numbers + [-1] * (MAX_TOPICS - len(numbers))

    def _lengthen(self) -> None:
        for counter in (self.responders, self.commenters, self.author_answers):
            counter.fill_to(len(self.index), 0)
        self.previous.fill_to(len(self.index), -1)
        self.texts.lengthen(len(self.index))
        self.crowd.lengthen(len(self.index), len(self.people))
        self.originals_by.fill_to(len(self.people), 0)

    def _count(self, row: int, change: int) -> None:
        if not self.origin_id.view[row]:
            day = int(self.created_ms.view[row]) // DAY_MS
            for column in (self.originals_on_day, self.responses_on_day):
                column.fill_to(day + 1, 0)
            self.originals_on_day.view[day] += change
            self.originals_by.view[self.author.view[row]] += change
            self.responses_on_day.view[day] += change * self.responders.view[row]
        self.posts_on_topic.fill_to(len(self.topic_ids), 0)
        topics = self.topics.view[row]
        self.posts_on_topic.view[topics[topics >= 0]] += change
