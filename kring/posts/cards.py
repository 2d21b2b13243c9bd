"""Posts ready to be shown: plain values, loaded for a whole page in a constant number of queries.

A card never holds a model, so that a template cannot start a query by reading an attribute.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)

from kring.core.html import plain_text
from kring.core.ids import MAX_ID
from kring.core.prepared import Prepared
from kring.members.models import Identity
from kring.network.models import Connection, Follow
from kring.posts.models import Audience, Bookmark, Post, PostTopic, Reaction
from kring.posts.visibility import visible

EXCERPT_CHARACTERS = 200
_BOOKMARK, _CONNECTION, _FOLLOW = "bookmark", "connection", "follow"

_AUTHOR = ("id", "handle", "domain", "kind", "name", "headline", "external_id", "is_sample")
_POST = (
    "id",
    "audience",
    "thread_id",
    "in_reply_to_id",
    "repost_of_id",
    "origin_id",
    "goal",
    "language",
    "html",
    "words",
    "link_url",
    "link_title",
    "image_missing",
    "image_alt",
    "version",
    "created_at",
    "edited_at",
    "external_id",
)
_COLUMNS = (
    *_POST,
    *(f"author__{name}" for name in _AUTHOR),
    *(f"group__{name}" for name in _AUTHOR),
)

# So few at once that what hangs on them stays within a database's number of parameters.
_AT_ONCE = 250
_TOMBSTONE = {
    "html": "",
    "words": 0,
    "link_url": "",
    "link_title": "",
    "image_missing": "",
    "image_alt": "",
    "repost_of_id": None,
    "origin_id": None,
}


@dataclass(frozen=True, slots=True)
class AuthorCard:
    """Who speaks. `domain` is empty for our own."""

    id: int
    handle: str
    domain: str
    kind: str
    name: str
    headline: str
    external_id: str | None
    is_sample: bool


@dataclass(frozen=True, slots=True)
class TopicCard:
    name: str
    label: str
    label_nl: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How a post was answered, without ranking anything by it.

    people: who took part in the talk; first_time: those of them who had never commented before
    where all members could read it; reactions: how many of each kind, kinds nobody chose left out;
    reposts: with or without words.
    """

    people: int = 0
    first_time: int = 0
    comments: int = 0
    reposts: int = 0
    reactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mine:
    """What the viewer did, or is to the author. On a repost, `reaction` is on the original."""

    is_author: bool = False
    reaction: str | None = None
    bookmarked: bool = False
    connected: bool = False
    following: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A post or comment in one line, for a peek or a context.

    One that is deleted, or hidden from the viewer, is marked as deleted and has no text.
    """

    id: int
    author: AuthorCard
    created_at: datetime
    text: str
    is_deleted: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post, comment or repost with all that a card shows.

    `origin` is the original of a repost; its counts, topics and the viewer's reaction are the
    original's own. `context` is the top post of a comment's thread. `peek` holds the latest
    comment, if there is one. `is_deleted`: there are no words, because it was deleted or because
    what it shared was; only the talk under it is left.
    """

    id: int
    author: AuthorCard
    group: AuthorCard | None
    audience: str
    thread_id: int
    in_reply_to_id: int | None
    repost_of_id: int | None
    goal: str
    language: str
    html: str
    words: int
    link_url: str
    link_title: str
    image_missing: str
    image_alt: str
    version: int
    created_at: datetime
    edited_at: datetime | None
    external_id: str | None
    is_deleted: bool
    topics: tuple[TopicCard, ...]
    counts: Counts
    mine: Mine
    peek: tuple[Excerpt, ...]
    origin: PostCard | None
    context: Excerpt | None

    @property
    def is_comment(self) -> bool:
        return self.in_reply_to_id is not None

    @property
    def is_repost(self) -> bool:
        return self.repost_of_id is not None

    @property
    def is_bare_repost(self) -> bool:
        return self.is_repost and self.words == 0


def cards(
    viewer: Identity | None, post_ids: Sequence[int], *, lean: bool = False
) -> list[PostCard]:
    """A card for each of these posts that the viewer may see, in the given order.

    Costs 7 queries for somebody not signed in and 9 for a member, whatever the number of posts;
    one fewer when nothing is a repost or a comment.

    lean: 4 queries; without peeks, reactions, reposts and what the viewer did or is to the author
    """
    viewer_id = viewer.pk if viewer is not None else None
    possible = [post_id for post_id in dict.fromkeys(post_ids) if 0 < post_id <= MAX_ID]
    loaded: dict[int, PostCard] = {}
    for start in range(0, len(possible), _AT_ONCE):
        rows = load_rows(viewer_id, possible[start : start + _AT_ONCE])
        seen = {post_id: row for post_id, row in rows.items() if row["seen"]}
        loaded |= build_cards(viewer_id, seen, lean=lean)
    return [loaded[post_id] for post_id in post_ids if post_id in loaded]


def _rows(viewer_id: int | None) -> QuerySet[Post, Any]:
    # As a case, of which the database stops at the first reason to say yes; as a bare condition
    # it would look up all of the viewer's ties for a post that is public.
    seen = Case(
        When(visible(viewer_id), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    rows: QuerySet[Post, Any] = Post.objects.annotate(seen=seen).values(*_COLUMNS, "seen")
    return rows


_ROWS = Prepared(lambda viewer, ids: _rows(viewer).filter(pk__in=ids))


def load_rows(viewer_id: int | None, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The columns of these posts, by id. 1 query.

    Of a post that the viewer may not see (any more), no words are left: it can stand above
    comments that stay, as a tombstone does.
    """
    rows = _ROWS.dicts(viewer_id, ids)
    return {row["id"]: row if row["seen"] else {**row, **_TOMBSTONE} for row in rows}


def build_cards(
    viewer_id: int | None,
    rows: Mapping[int, dict[str, Any]],
    *,
    with_peek: bool = True,
    lean: bool = False,
) -> dict[int, PostCard]:
    """Cards of rows that the viewer may see, by id, with whatever belongs on them."""
    if not rows:
        return {}
    # Rule 5 of visibility: whoever may see a repost may see its origin. Rule 4: whoever may see
    # a comment may know its thread's top post, of which a deleted one has no words left.
    wanted = {row["origin_id"] for row in rows.values() if row["origin_id"]}
    wanted |= {row["thread_id"] for row in rows.values() if row["in_reply_to_id"]}
    wanted -= rows.keys()
    related = load_rows(viewer_id, list(wanted)) if wanted else {}
    known = {**related, **rows}
    if lean:
        parts = _Parts.lean(viewer_id, list(known))
    else:
        parts = _Parts.load(viewer_id, known, with_peek=with_peek)
    result: dict[int, PostCard] = {}
    for post_id, row in rows.items():
        origin = known.get(row["origin_id"])
        top = known.get(row["thread_id"]) if row["in_reply_to_id"] else None
        result[post_id] = _card(
            row,
            parts,
            origin=_card(origin, parts, origin=None, context=None) if origin else None,
            context=_excerpt(top) if top else None,
        )
    return result


@dataclass(frozen=True, slots=True)
class _Parts:
    """What hangs on the posts of a page, by post."""

    viewer_id: int | None
    topics: Mapping[int, tuple[TopicCard, ...]]
    talk: Mapping[int, tuple[int, int, int]]
    reposts: Mapping[int, int]
    reactions: Mapping[int, dict[str, int]]
    marks: Mapping[int, set[str]]
    ties: Mapping[int, set[str]]
    peeks: Mapping[int, tuple[Excerpt, ...]]

    @classmethod
    def lean(cls, viewer_id: int | None, ids: list[int]) -> _Parts:
        """Topics and who takes part, nothing else."""
        return cls(viewer_id, _topics(ids), _talk(viewer_id, ids), {}, {}, {}, {}, {})

    @classmethod
    def load(
        cls, viewer_id: int | None, rows: Mapping[int, dict[str, Any]], *, with_peek: bool
    ) -> _Parts:
        ids = list(rows)
        authors = {row["author__id"] for row in rows.values()}
        return cls(
            viewer_id=viewer_id,
            topics=_topics(ids),
            talk=_talk(viewer_id, ids),
            reposts=_reposts(ids),
            reactions=_reactions(ids),
            marks=_marks(viewer_id, ids) if viewer_id is not None else {},
            ties=_ties(viewer_id, authors) if viewer_id is not None else {},
            peeks=_peeks(viewer_id, ids) if with_peek else {},
        )


def _card(
    row: dict[str, Any], parts: _Parts, *, origin: PostCard | None, context: Excerpt | None
) -> PostCard:
    post_id = row["id"]
    people, first_time, comments = parts.talk.get(post_id, (0, 0, 0))
    return PostCard(
        **{name: row[name] for name in _POST if name != "origin_id"},
        author=_author(row, "author"),
        group=_author(row, "group") if row["group__id"] is not None else None,
        is_deleted=not row["seen"],
        topics=parts.topics.get(post_id, ()) if row["seen"] else (),
        counts=Counts(
            people=people,
            first_time=first_time,
            comments=comments,
            reposts=parts.reposts.get(post_id, 0),
            reactions=parts.reactions.get(post_id, {}),
        ),
        mine=_mine(row, parts, origin),
        peek=parts.peeks.get(post_id, ()),
        origin=origin,
        context=context,
    )


def _mine(row: dict[str, Any], parts: _Parts, origin: PostCard | None) -> Mine:
    marks = parts.marks.get(row["id"], set())
    ties = parts.ties.get(row["author__id"], set())
    reaction = next(iter(sorted(marks - {_BOOKMARK})), None)
    return Mine(
        is_author=row["author__id"] == parts.viewer_id,
        reaction=origin.mine.reaction if origin is not None else reaction,
        bookmarked=_BOOKMARK in marks,
        connected=_CONNECTION in ties,
        following=_FOLLOW in ties,
    )


def _author(row: dict[str, Any], at: str) -> AuthorCard:
    return AuthorCard(**{name: row[f"{at}__{name}"] for name in _AUTHOR})


def _excerpt(row: dict[str, Any]) -> Excerpt:
    text = plain_text(row["html"])
    if len(text) > EXCERPT_CHARACTERS:
        text = text[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return Excerpt(
        id=row["id"],
        author=_author(row, "author"),
        created_at=row["created_at"],
        text=text,
        is_deleted=not row["seen"],
        language=row["language"] if row["seen"] else "",
    )


_TOPICS = Prepared(
    lambda _, ids: (
        PostTopic.objects.filter(post_id__in=ids)
        .order_by("id")
        .values_list("post_id", "topic__name", "topic__label", "topic__label_nl")
    )
)


def _topics(ids: Collection[int]) -> dict[int, tuple[TopicCard, ...]]:
    found: dict[int, tuple[TopicCard, ...]] = {}
    for post_id, *topic in _TOPICS.rows(None, ids):
        found[post_id] = (*found.get(post_id, ()), TopicCard(*topic))
    return found


def _talk_query(viewer_id: int | None, ids: list[int]) -> QuerySet[Post, Any]:
    # What was said among a few may not show in what others are told of its author.
    earlier = Post.objects.filter(
        author_id=OuterRef("author_id"),
        in_reply_to__isnull=False,
        pk__lt=OuterRef("pk"),
        thread__audience__in=(Audience.PUBLIC, Audience.UNLISTED, Audience.MEMBERS),
    )
    return (
        Post.objects.filter(visible(viewer_id), thread_id__in=ids, in_reply_to__isnull=False)
        .order_by()
        .values("thread_id")
        .annotate(
            people=Count("author_id", distinct=True),
            first_time=Count("author_id", distinct=True, filter=~Exists(earlier)),
            comments=Count("id"),
        )
        .values_list("thread_id", "people", "first_time", "comments")
    )


_TALK = Prepared(_talk_query)


def _talk(viewer_id: int | None, ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """People, first-time people and comments, by thread, as far as the viewer may see them."""
    return {
        thread: (people, first_time, comments)
        for thread, people, first_time, comments in _TALK.rows(viewer_id, ids)
    }


_REPOSTS = Prepared(
    lambda _, ids: (
        Post.objects.filter(origin_id__in=ids, deleted_at=None)
        .order_by()
        .values("origin_id")
        .annotate(n=Count("id"))
        .values_list("origin_id", "n")
    )
)


def _reposts(ids: Collection[int]) -> dict[int, int]:
    return dict(_REPOSTS.rows(None, ids))


_REACTIONS = Prepared(
    lambda _, ids: (
        Reaction.objects.filter(post_id__in=ids)
        .order_by()
        .values("post_id", "kind")
        .annotate(n=Count("id"))
        .values_list("post_id", "kind", "n")
    )
)


def _reactions(ids: Collection[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for post_id, kind, number in _REACTIONS.rows(None, ids):
        found.setdefault(post_id, {})[kind] = number
    return found


_MARKS = Prepared(
    lambda viewer, ids: (
        Reaction.objects.filter(by_id=viewer, post_id__in=ids)
        .order_by()
        .values_list("post_id", "kind")
        .union(
            Bookmark.objects.filter(by_id=viewer, post_id__in=ids)
            .order_by()
            .values_list("post_id", Value(_BOOKMARK))
        )
    )
)


def _marks(viewer_id: int, ids: Collection[int]) -> dict[int, set[str]]:
    """The viewer's reaction kind and bookmark, by post."""
    return _sets(_MARKS.rows(viewer_id, ids))


_TIES = Prepared(
    lambda viewer, ids: (
        Connection.objects.filter(owner_id=viewer, other_id__in=ids)
        .order_by()
        .values_list("other_id", Value(_CONNECTION))
        .union(
            Follow.objects.filter(follower_id=viewer, followed_id__in=ids)
            .order_by()
            .values_list("followed_id", Value(_FOLLOW))
        )
    )
)


def _ties(viewer_id: int, authors: Collection[int]) -> dict[int, set[str]]:
    """Whether the viewer is connected to or follows these authors."""
    return _sets(_TIES.rows(viewer_id, authors))


def _sets(pairs: Iterable[tuple[Any, ...]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for key, word in pairs:
        found.setdefault(key, set()).add(word)
    return found


def _peeks_query(viewer_id: int | None, ids: list[int]) -> QuerySet[Post, Any]:
    # The latest comment is looked up thread by thread, from the newest: in a long thread a window
    # over all comments asks of each whether it may be seen, to show one.
    said = Post.objects.filter(
        visible(viewer_id), thread_id=OuterRef("pk"), in_reply_to__isnull=False
    ).order_by("-id")
    latest = Post.objects.filter(pk__in=ids).values(latest=Subquery(said.values("pk")[:1]))
    shown = Post.objects.filter(pk__in=latest)
    there = Value(True, output_field=BooleanField())
    rows: QuerySet[Post, Any] = shown.annotate(seen=there).values(*_COLUMNS, "seen")
    return rows


_PEEKS = Prepared(_peeks_query)


def _peeks(viewer_id: int | None, ids: Collection[int]) -> dict[int, tuple[Excerpt, ...]]:
    """The latest comment of each thread that the viewer may see."""
    return {row["thread_id"]: (_excerpt(row),) for row in _PEEKS.dicts(viewer_id, ids)}
