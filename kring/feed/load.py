"""From tables to columns: what a process reads once, when its index starts.

Bounded by the newest `MAX_POSTS` posts and `MAX_ACTS` acts of each kind, so that memory and the
start stay bounded too (about 120 bytes a post and 60 an act).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from django.db.models import F, QuerySet

from kring.core.clock import to_ms
from kring.core.ids import ms_of
from kring.feed.apply import reaction_kind, repost_kind
from kring.feed.library import ActOfPost
from kring.feed.models import (
    Hidden,
    LessLikeThis,
    LoggedAct,
    MoreLikeThis,
    Preferences,
    Pseudonym,
)
from kring.feed.world import ActColumns, ActKind, Audience, AuthorKind, Post, PostColumns, PostFlag
from kring.feed.world import World as FeedWorld
from kring.feed.world.posts import MAX_TOPICS
from kring.members.models import Kind, Position
from kring.network.models import Connection, Follow
from kring.posts.models import Audience as PostAudience
from kring.posts.models import Bookmark, Mention, PostTopic, Reaction
from kring.posts.models import Post as PostRow

MAX_POSTS = 1_000_000
MAX_ACTS = 5_000_000
CHUNK = 20_000

AUTHOR_KINDS = {
    Kind.PERSON: AuthorKind.PERSON,
    Kind.PAGE: AuthorKind.PAGE,
    Kind.GROUP: AuthorKind.GROUP,
    Kind.SOURCE: AuthorKind.SOURCE,
}
AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.PUBLIC,
    "members": Audience.MEMBERS,
    "connections": Audience.CONNECTIONS,
    "group": Audience.GROUP,
    "direct": Audience.DIRECT,
}
# What is done for fewer people than these is told to nobody else, so it is no act on an original
# that others see: neither a repost for a few, nor the talk under one.
WIDE = frozenset({PostAudience.PUBLIC, PostAudience.UNLISTED, PostAudience.MEMBERS})
# Acts that stand only in the log: imported reads, and responses whose words we do not have.
LOGGED_KINDS = {"PostRead": ActKind.READ, "read": ActKind.READ, "comment": ActKind.COMMENT}

POST_FIELDS = (
    "id", "author_id", "author__kind", "origin_id", "origin__author_id", "words", "link_url",
    "image_missing", "text", "audience", "created_at",
)  # fmt: skip
ActTuple = tuple[int, int, int, int, int]


def fill(world: FeedWorld, *, bare_words: int) -> None:
    """Load a whole community. 14 queries; rows are streamed."""
    companies = dict(current_companies())
    world.load_posts(_columns(_posts(companies)))
    world.load_mentions(*_pairs(_mentions(), "post_id", "identity_id"))
    world.load_acts(_act_columns(acts(bare_words=bare_words)))
    a, b = _pairs(Connection.objects.filter(owner__lt=F("other")), "owner_id", "other_id")
    world.load_connections(a, b)
    world.load_follows(*_pairs(Follow.objects.all(), "follower_id", "followed_id"))
    people = np.fromiter(companies.keys(), np.int64, len(companies))
    world.load_companies(people, np.fromiter(companies.values(), np.int64, len(companies)))
    for (author,) in Preferences.objects.filter(home_only=True).values_list("identity_id"):
        world.set_home_only(author, True)


def current_companies(identity_id: int | None = None) -> Iterator[tuple[int, int]]:
    """(person, page) of each person's present job; of several, the one begun last."""
    jobs = Position.objects.filter(to_year__isnull=True, organisation__isnull=False)
    if identity_id is not None:
        jobs = jobs.filter(identity_id=identity_id)
    ordered = jobs.order_by("identity_id", F("from_year").asc(nulls_first=True), "id")
    for person, page in ordered.values_list("identity_id", "organisation_id").iterator(CHUNK):
        assert page is not None
        yield person, page


def load_post(post_id: int) -> Post | None:
    """One living top post or repost, as the index wants it; None for a comment. 4 queries."""
    row = _living().filter(pk=post_id).values_list(*POST_FIELDS).first()
    if row is None:
        return None
    topics = PostTopic.objects.filter(post_id=post_id).values_list("topic_id", flat=True)
    company = dict(current_companies(row[1])).get(row[1], 0)
    mentioned = _mentions().filter(post_id=post_id).values_list("identity_id", flat=True)
    post = _post(row, tuple(topics[:MAX_TOPICS]), company)
    return replace(post, mentions=tuple(mentioned))


def _mentions() -> QuerySet[Mention]:
    """In posts alone: a mention in a comment calls someone to the thread, by notification."""
    return Mention.objects.filter(post__in_reply_to__isnull=True, post__deleted_at__isnull=True)


def _living() -> QuerySet[PostRow]:
    return PostRow.objects.filter(in_reply_to__isnull=True, deleted_at__isnull=True)


def _post(row: tuple[Any, ...], topics: tuple[int, ...], company: int) -> Post:
    post_id, author, kind, origin, origin_author, words, link, image, text, audience, at = row
    flags = (
        (PostFlag.LINK if link else 0)
        | (PostFlag.MEDIA if image else 0)
        | (PostFlag.QUESTION if "?" in text else 0)
    )
    return Post(
        post_id=post_id,
        author_id=author,
        created_ms=to_ms(at),
        author_kind=AUTHOR_KINDS[kind],
        origin_id=origin or 0,
        origin_author_id=origin_author or 0,
        words=words,
        flags=int(flags),
        audience=AUDIENCES[audience],
        topics=topics,
        company_id=company,
    )


def _posts(companies: dict[int, int]) -> Iterator[Post]:
    topics: dict[int, list[int]] = {}
    for post_id, topic_id in PostTopic.objects.values_list("post_id", "topic_id").iterator(CHUNK):
        topics.setdefault(post_id, []).append(topic_id)
    newest = _living().order_by("-id").values_list(*POST_FIELDS)[:MAX_POSTS]
    for row in newest.iterator(CHUNK):
        held = tuple(topics.get(row[0], ())[:MAX_TOPICS])
        yield _post(row, held, companies.get(row[1], 0))


def _columns(posts: Iterable[Post]) -> PostColumns:
    rows = list(posts)

    def column(name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.fromiter((getattr(row, name) for row in rows), np.int64, len(rows))

    topics = np.full((len(rows), MAX_TOPICS), -1, dtype=np.int64)
    for number, row in enumerate(rows):
        topics[number, : len(row.topics)] = row.topics
    names = ("post_id", "author_id", "created_ms", "author_kind", "origin_id", "origin_author_id",
             "words", "flags", "audience", "company_id")  # fmt: skip
    return PostColumns(topics=topics, **{name: column(name) for name in names})


def acts(*, bare_words: int) -> Iterator[ActTuple]:
    """Everything people did that the feed goes by: (actor, kind, at_ms, post, towards)."""
    yield from _reactions()
    yield from _comments()
    yield from _reposts(bare_words)
    yield from _private_acts()
    yield from _ties()
    yield from _logged()


def _reactions() -> Iterator[ActTuple]:
    rows = Reaction.objects.order_by("-id").values_list(
        "by_id",
        "kind",
        "created_at",
        "via_id",
        "via__author_id",
        "post_id",
        "post__author_id",
        "post__in_reply_to_id",
    )[:MAX_ACTS]
    for by, kind, at, via, via_author, post, author, parent in rows.iterator(CHUNK):
        # A reaction on a comment is about its author, not a response to the post above it.
        subject = 0 if parent else via or post
        towards = via_author if via and not parent else author
        yield by, reaction_kind(kind), to_ms(at), subject, towards


def _comments() -> Iterator[ActTuple]:
    rows = (
        PostRow.objects.filter(in_reply_to__isnull=False, deleted_at__isnull=True)
        .order_by("-id")
        .values_list(
            "author_id",
            "created_at",
            "thread_id",
            "thread__audience",
            "thread__origin_id",
            "in_reply_to_id",
            "in_reply_to__author_id",
        )[:MAX_ACTS]
    )
    for author, at, thread, audience, origin, parent, towards in rows.iterator(CHUNK):
        kind = ActKind.COMMENT if parent == thread else ActKind.REPLY
        yield author, kind, to_ms(at), _talked_about(thread, audience, origin), towards or 0


def _talked_about(thread: int, audience: str, origin: int | None) -> int:
    """The thread; 0 under a repost for a few, which would credit the original."""
    return thread if origin is None or audience in WIDE else 0


def _reposts(bare_words: int) -> Iterator[ActTuple]:
    rows = (
        _living()
        .filter(origin__isnull=False, audience__in=WIDE)
        .order_by("-id")
        .values_list("author_id", "created_at", "repost_of_id", "repost_of__author_id", "words")[
            :MAX_ACTS
        ]
    )
    for author, at, shared, towards, words in rows.iterator(CHUNK):
        yield author, repost_kind(words, bare_words), to_ms(at), shared or 0, towards or 0


def _private_acts() -> Iterator[ActTuple]:
    kept = Bookmark.objects.order_by("-id").values_list(
        "by_id", "created_at", "post_id", "post__author_id"
    )
    for by, at, post, author in kept[:MAX_ACTS].iterator(CHUNK):
        yield by, ActKind.BOOKMARK, to_ms(at), post, author
    authors = dict(
        PostRow.objects.filter(pk__in=Hidden.objects.values("post_id")).values_list(
            "id", "author_id"
        )
    )
    for by, post, since in Hidden.objects.values_list("by_id", "post_id", "since").iterator(CHUNK):
        if post in authors:
            yield by, ActKind.HIDE, to_ms(since), post, authors[post]
    for kind, asked in ((ActKind.LESS, LessLikeThis), (ActKind.MORE, MoreLikeThis)):
        rows = asked.objects.values_list("by_id", "post_id", "author_id", "since")
        for by, post, author, since in rows.iterator(CHUNK):
            yield by, kind, to_ms(since), post, author


def _ties() -> Iterator[ActTuple]:
    for a, b, since in Connection.objects.values_list("owner_id", "other_id", "since").iterator(
        CHUNK
    ):
        yield a, ActKind.CONNECT, to_ms(since), 0, b
    for a, b, since in Follow.objects.values_list("follower_id", "followed_id", "since").iterator(
        CHUNK
    ):
        yield a, ActKind.FOLLOW, to_ms(since), 0, b


def _logged() -> Iterator[ActTuple]:
    people = dict(Pseudonym.objects.values_list("pseudonym", "identity_id"))
    rows = (
        LoggedAct.objects.filter(kind__in=list(LOGGED_KINDS))
        .order_by("-id")
        .values_list("actor", "kind", "id", "subject_id", "towards")[:MAX_ACTS]
    )
    for actor, kind, id_, subject, towards in rows.iterator(CHUNK):
        # An erased person's pseudonym leads to nobody; what they did no longer shapes a feed.
        if actor in people:
            yield (
                people[actor], LOGGED_KINDS[kind], ms_of(id_), subject or 0,
                people.get(towards or 0, 0),
            )  # fmt: skip


def _act_columns(rows: Iterable[ActTuple]) -> ActColumns:
    table = np.fromiter((number for row in rows for number in row), dtype=np.int64).reshape(-1, 5)
    table = table[np.argsort(table[:, 2], kind="stable")]
    return ActColumns(
        actor_id=table[:, 0], kind=table[:, 1], at_ms=table[:, 2], post_id=table[:, 3],
        target_author_id=table[:, 4],
    )  # fmt: skip


def _pairs(rows: QuerySet[Any], a: str, b: str) -> Any:
    flat = np.fromiter(
        (number for pair in rows.values_list(a, b).iterator(CHUNK) for number in pair), np.int64
    ).reshape(-1, 2)
    return flat[:, 0], flat[:, 1]


def acts_of_post(post_id: int) -> list[ActOfPost]:
    """The acts that a comment or repost may be: (actor, kind, post, towards). 1 query.

    None for a repost for a few. A deleted repost no longer tells whether it had own words, so
    both kinds are named.
    """
    row: tuple[Any, ...] | None = (
        PostRow.objects.filter(pk=post_id)
        .values_list(
            "author_id",
            "thread_id",
            "thread__audience",
            "thread__origin_id",
            "in_reply_to_id",
            "in_reply_to__author_id",
            "repost_of_id",
            "repost_of__author_id",
        )
        .first()
    )
    if row is None:
        return []
    author, thread, audience, origin, parent, parent_author, shared, shared_author = row
    if parent is not None:
        kind = ActKind.COMMENT if parent == thread else ActKind.REPLY
        return [
            ActOfPost(author, kind, _talked_about(thread, audience, origin), parent_author or 0)
        ]
    if shared is None or audience not in WIDE:
        return []
    kinds = (ActKind.BARE_REPOST, ActKind.REPOST_WITH_WORDS)
    return [ActOfPost(author, kind, shared, shared_author or 0) for kind in kinds]
