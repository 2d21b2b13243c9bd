"""Posts, comments, tags and likes of an LDBC graph.

Message ids are unique over posts and comments together. Whether a message is known is asked of
the database batch by batch, so memory does not grow with the graph; only comments that stand
before their parent in the file wait in memory until it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from kring.archive import store
from kring.archive.ldbc.people import PeopleLoader, Person
from kring.archive.ldbc.tables import Tables
from kring.archive.rows import BadRow, Row, at_most, known, moment, whole_number
from kring.archive.store import Run
from kring.core.html import clean_text, count_words, render_markdown
from kring.posts.models import Post, PostTopic, Reaction, ReactionKind

T = TypeVar("T")
Batch = list[tuple[Row, T]]
MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Message:
    """A post, or (with `parent`) a comment, by original ids except for the author."""

    original: int
    author: Person
    at: datetime
    text: str
    language: str = ""
    image: str = ""
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    thread: int


@dataclass
class MessageLoader:
    run: Run
    tables: Tables
    people: PeopleLoader
    _waiting: dict[int, Batch[Message]] = field(default_factory=lambda: defaultdict(list))

    def load(self) -> None:
        run, tables = self.run, self.tables
        run.stage("posts", tables.posts, self._post, self._store_posts)
        run.stage("comments", tables.comments, self._comment, self._store_comments)
        for orphans in self._waiting.values():
            for row, message in orphans:
                run.report.reject(row.where, f"it replies to {message.parent}, which is unknown")
        run.stage("tags of posts", tables.post_tags, self._tag, self._store_tags)
        run.stage("tags of comments", tables.comment_tags, self._tag, self._store_tags)
        run.stage("likes of posts", tables.post_likes, self._like, self._store_likes)
        run.stage("likes of comments", tables.comment_likes, self._like, self._store_likes)

    def _person(self, text: str) -> Person:
        return known(self.people.persons, whole_number(text, "person"), "person")

    def _post(self, row: Row) -> Message:
        text, image = _text(row[6]), at_most(clean_text(row[1]), 200, "image file")
        if not text and not image:
            raise BadRow("neither text nor image")
        return Message(
            original=whole_number(row[0], "post"),
            author=self._person(row[8]),
            at=moment(row[2]),
            text=text,
            language=at_most(clean_text(row[5]), 8, "language"),
            image="" if text else image,
        )

    def _comment(self, row: Row) -> Message:
        if bool(row[8]) == bool(row[9]):
            raise BadRow("it must reply to one post or one comment")
        return Message(
            original=whole_number(row[0], "comment"),
            author=self._person(row[6]),
            at=moment(row[1]),
            text=_text(row[4]),
            parent=whole_number(row[8] or row[9], "parent"),
        )

    def _store_posts(self, batch: Batch[Message]) -> int:
        return self._store([message for _row, message in batch], {})

    def _store_comments(self, batch: Batch[Message]) -> int:
        """Store what has its parent, here or in this batch, and what was waiting for that."""
        parents = _stored({message.parent or 0 for _row, message in batch})
        settled = set(parents)
        ready: list[Message] = []
        for row, message in batch:
            if message.parent not in settled:
                self._waiting[message.parent or 0].append((row, message))
                continue
            released = [message]
            while released:
                one = released.pop()
                ready.append(one)
                settled.add(one.original)
                released += [late for _row, late in self._waiting.pop(one.original, ())]
        return self._store(ready, parents)

    def _store(self, messages: list[Message], parents: dict[int, Stored]) -> int:
        """Create those that do not exist; a comment's parent is in `parents` or comes before it."""
        placed = {**parents, **_stored({message.original for message in messages})}
        fresh = {m.original: m for m in messages if m.original not in placed}
        ids = store.backdated(Post, [message.at for message in fresh.values()])
        rows = []
        for id_, message in zip(ids, fresh.values(), strict=True):
            above = None if message.parent is None else placed[message.parent]
            placed[message.original] = Stored(id_, above.thread if above else id_)
            rows.append(_row(placed[message.original], above, message))
        Post.objects.bulk_create(rows)
        return len(rows)

    def _tag(self, row: Row) -> tuple[int, int]:
        return whole_number(row[0], "message"), self.people.tag(row[1])

    def _store_tags(self, batch: Batch[tuple[int, int]]) -> int:
        topics = self.people.topic_of(tag for _row, (_message, tag) in batch)
        pairs = [(row, message, topics[tag]) for row, (message, tag) in batch if tag in topics]
        found = self._found((row, message) for row, message, _topic in pairs)
        have = set(
            PostTopic.objects.filter(post_id__in=[post.id for post in found.values()]).values_list(
                "post_id", "topic_id"
            )
        )
        fresh = {(found[m].id, topic) for _row, m, topic in pairs if m in found} - have
        PostTopic.objects.bulk_create(
            [PostTopic(post_id=post, topic_id=topic) for post, topic in sorted(fresh)]
        )
        return len(fresh)

    def _like(self, row: Row) -> tuple[Person, int, datetime]:
        return self._person(row[0]), whole_number(row[1], "message"), moment(row[2])

    def _store_likes(self, batch: Batch[tuple[Person, int, datetime]]) -> int:
        found = self._found((row, message) for row, (_by, message, _at) in batch)
        have = set(
            Reaction.objects.filter(
                post_id__in=[post.id for post in found.values()],
                by_id__in={person.id for _row, (person, _message, _at) in batch},
            ).values_list("post_id", "by_id")
        )
        fresh: dict[tuple[int, int], datetime] = {}
        for _row, (person, message, at) in batch:
            if message in found and (found[message].id, person.id) not in have:
                fresh.setdefault((found[message].id, person.id), at)
        ids = store.backdated(Reaction, list(fresh.values()))
        Reaction.objects.bulk_create(
            [
                Reaction(id=id_, post_id=post, by_id=by, kind=ReactionKind.LIKE, created_at=at)
                for id_, ((post, by), at) in zip(ids, fresh.items(), strict=True)
            ]
        )
        return len(fresh)

    def _found(self, wanted: Iterable[tuple[Row, int]]) -> dict[int, Stored]:
        """The messages that are here, by original id; rows about others are left out."""
        rows = list(wanted)
        found = _stored({message for _row, message in rows})
        for row, message in rows:
            if message not in found:
                self.run.report.reject(row.where, f"message {message} is unknown")
        return found


def _stored(originals: set[int]) -> dict[int, Stored]:
    """Messages that exist, by original id. 1 query."""
    posts = Post.objects.filter(external_id__in=[f"ldbc:{original}" for original in originals])
    return {
        int(external_id.removeprefix("ldbc:")): Stored(id_, thread)
        for external_id, id_, thread in posts.values_list("external_id", "id", "thread_id")
        if external_id is not None
    }


def _row(stored: Stored, above: Stored | None, message: Message) -> Post:
    return Post(
        id=stored.id,
        author_id=message.author.id,
        thread_id=stored.thread,
        in_reply_to_id=above.id if above else None,
        language=message.language,
        text=message.text,
        html=render_markdown(message.text),
        words=count_words(message.text),
        image_missing=message.image,
        created_at=message.at,
        external_id=f"ldbc:{message.original}",
    )


def _text(value: str) -> str:
    return at_most(clean_text(value), MAX_TEXT, "text")
