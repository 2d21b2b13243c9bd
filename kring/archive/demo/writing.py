"""The demo's posts, comments and reposts, as rows; rendered as if their authors had typed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kring.archive import store
from kring.archive.demo.content import Content, Entry, Remark, Sharing
from kring.archive.demo.people import Cast
from kring.archive.demo.times import Schedule
from kring.posts import policy
from kring.posts.models import Mention, Post, PostTopic
from kring.posts.text import Written, fold_topic, write


@dataclass(frozen=True, slots=True)
class Piece:
    """Something published at the top level, as readers meet it.

    author: number in the cast; words: all there is to read. A repost names its original in `of`;
    its quality is what it adds.
    """

    id: int
    author: int
    at: datetime
    quality: float
    words: int
    topics: tuple[str, ...]
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as readers meet it."""

    id: int
    author: int
    at: datetime
    thread: int
    helpful: bool


@dataclass(frozen=True)
class Published:
    pieces: list[Piece]
    said: list[Said]


class Writer:
    """Creates everything the members wrote, posts before what refers to them."""

    def __init__(self, content: Content, cast: Cast, schedule: Schedule) -> None:
        self._content, self._cast, self._schedule = content, cast, schedule
        self._number = cast.number()
        self._rows: list[Post] = []
        self._mentions: list[Mention] = []

    def write(self) -> Published:
        """Create all rows. About one query per text that mentions somebody, besides the bulk."""
        content, schedule = self._content, self._schedule
        at, remarks_at, sharings_at = schedule.entries, schedule.remarks, schedule.sharings
        ids = store.backdated(Post, [*at.values(), *remarks_at.values(), *sharings_at])
        post_ids = dict(zip(at, ids, strict=False))
        comment_ids = dict(zip(remarks_at, ids[len(at) :], strict=False))
        pieces = [self._entry(entry, post_ids[entry.id], at) for entry in content.entries]
        said = [
            self._remark(remark, remarks_at[remark.id], post_ids, comment_ids)
            for remark in content.remarks
        ]
        entries = {entry.id: entry for entry in content.entries}
        shared = zip(content.sharings, sharings_at, ids[len(at) + len(remarks_at) :], strict=True)
        for number, (sharing, moment, id_) in enumerate(shared, start=1):
            origin = post_ids[sharing.post]
            pieces.append(self._sharing(number, sharing, (id_, moment), origin, entries))
        self._store(content.entries, post_ids)
        return Published(sorted(pieces, key=lambda piece: piece.at), said)

    def _entry(self, entry: Entry, id_: int, at: dict[str, datetime]) -> Piece:
        author = self._number[entry.author]
        post = self._post(id_, author, at[entry.id], entry.text, f"demo:{entry.id}")
        post.language, post.goal = entry.lang, entry.goal
        if entry.link:
            post.link_url, post.link_title = entry.link.url, entry.link.title
        if entry.image:
            post.image_count = 1
        return Piece(id_, author, at[entry.id], entry.quality, post.words, tuple(entry.topics))

    def _remark(
        self,
        remark: Remark,
        moment: datetime,
        posts: dict[str, int],
        comments: dict[str, int],
    ) -> Said:
        author, id_ = self._number[remark.author], comments[remark.id]
        comment = self._post(id_, author, moment, remark.text, f"demo:{remark.id}")
        comment.language = remark.lang
        comment.thread_id = posts[remark.post]
        above = remark.in_reply_to
        comment.in_reply_to_id = posts[remark.post] if above is None else comments[above]
        return Said(id_, author, moment, posts[remark.post], remark.helpful)

    def _sharing(
        self,
        number: int,
        sharing: Sharing,
        stamp: tuple[int, datetime],
        origin: int,
        entries: dict[str, Entry],
    ) -> Piece:
        (id_, moment), author = stamp, self._number[sharing.author]
        repost = self._post(id_, author, moment, sharing.own_words, f"demo:repost-{number}")
        repost.language = sharing.lang or ""
        repost.repost_of_id = repost.origin_id = origin
        entry = entries[sharing.post]
        quality = entry.quality * (0.8 if sharing.own_words else 0.3)
        words = repost.words + len(entry.text.split())
        return Piece(id_, author, moment, quality, words, tuple(entry.topics), of=origin)

    def _post(self, id_: int, author: int, moment: datetime, text: str, external_id: str) -> Post:
        author_id = self._cast.ids[author]
        written = self._written(text, author_id)
        post = Post(
            id=id_,
            author_id=author_id,
            thread_id=id_,
            text=written.text,
            html=written.html,
            words=written.words,
            created_at=moment,
            external_id=external_id,
        )
        self._rows.append(post)
        self._mentions += [
            Mention(post_id=id_, identity_id=identity_id) for identity_id in written.mentions
        ]
        return post

    def _written(self, text: str, author_id: int) -> Written:
        return write(text, author_id=author_id, limit=policy.POST_CHARACTERS, may_be_empty=True)

    def _store(self, entries: Sequence[Entry], post_ids: dict[str, int]) -> None:
        Post.objects.bulk_create(self._rows)
        Mention.objects.bulk_create(self._mentions)
        PostTopic.objects.bulk_create(
            [
                PostTopic(post_id=post_ids[entry.id], topic_id=self._cast.topics[fold_topic(topic)])
                for entry in entries
                for topic in dict.fromkeys(entry.topics)
            ]
        )
