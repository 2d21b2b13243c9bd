"""From tables to columns: what a process reads once, when its index starts.

Bounded by the newest `MAX_POSTS` posts and `MAX_ACTS` acts of each kind, so that memory and the
start stay bounded too (about 120 bytes a post and 60 an act). A deleted post is loaded as one:
what was done by way of it counts for its original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import F, Q, QuerySet

from kring.core.clock import from_ms, to_ms
from kring.core.ids import ms_of
from kring.core.moments import Milliseconds
from kring.feed.apply import reaction_kind, repost_kind
from kring.feed.exposure_load import exposures
from kring.feed.library import ActOfPost
from kring.feed.models import (
    Hidden,
    LessLikeThis,
    LoggedAct,
    MoreLikeThis,
    Preferences,
    Pseudonym,
)
from kring.feed.text_load import load_texts
from kring.feed.world import ActColumns, ActKind, Audience, AuthorKind, Post, PostColumns, PostFlag
from kring.feed.world import World as FeedWorld
from kring.feed.world.columns import Column, Ints
from kring.feed.world.posts import DAY_MS, MAX_TOPICS
from kring.members.audience import keeping
from kring.members.models import Identity, Kind, Position, Section
from kring.network.models import Connection, Follow
from kring.posts.models import Audience as PostAudience
from kring.posts.models import Bookmark, Mention, PostTopic, Reaction
from kring.posts.models import Post as PostRow

MAX_POSTS = 1_000_000
MAX_ACTS = 5_000_000
# Of connections, which are the most numerous and say the least, as acts.
MAX_TIES = 1_000_000
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

# What a process keeps of the past: looks at posts, and the acts that connections were. Counted in
# whole days (UTC), so that a process that keeps up lets go of the same as one that starts.
EXPOSURE_DAYS, TIE_DAYS = 28, 365

POST_FIELDS = (
    "id", "author_id", "author__kind", "origin_id", "origin__author_id", "words", "link_url",
    "pictured", "question", "audience", "created_ms", "deleted_at",
)  # fmt: skip
POST_COLUMNS = (
    "post_id", "author_id", "created_ms", "author_kind", "origin_id", "origin_author_id",
    "words", "flags", "audience", "company_id", "removed",
)  # fmt: skip
PostValues = tuple[int, int, int, int, int, int, int, int, int]
ActTuple = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """From when on, in unix milliseconds, a world holds what grows without end."""

    exposures_ms: int
    ties_ms: int


def window(now: datetime) -> Window:
    today = to_ms(now) // DAY_MS
    return Window((today - EXPOSURE_DAYS) * DAY_MS, (today - TIE_DAYS) * DAY_MS)


def fill(world: FeedWorld, *, bare_words: int, now: datetime) -> None:
    """Load a whole community. 18 queries; rows are streamed."""
    since = window(now)
    gone = Identity.objects.filter(deleted_at__isnull=False).values_list("pk", flat=True)
    world.load_gone(np.fromiter(gone.iterator(CHUNK), np.int64))
    companies = dict(current_companies())
    people = np.fromiter(companies.keys(), np.int64, len(companies))
    world.load_companies(people, np.fromiter(companies.values(), np.int64, len(companies)))
    world.load_posts(_post_columns(companies))
    world.load_mentions(*_pairs(_mentions(), "post_id", "identity_id"))
    world.load_texts(load_texts())
    world.load_exposures(exposures(from_ms(since.exposures_ms)))
    world.load_acts(_act_columns(acts(bare_words=bare_words, ties_since=from_ms(since.ties_ms))))
    a, b = _pairs(Connection.objects.filter(owner__lt=F("other")), "owner_id", "other_id")
    world.load_connections(a, b)
    world.load_follows(*_pairs(Follow.objects.all(), "follower_id", "followed_id"))
    for (author,) in Preferences.objects.filter(home_only=True).values_list("identity_id"):
        world.set_home_only(author, True)
    for (author,) in Identity.objects.filter(limited_at__isnull=False).values_list("pk"):
        world.set_limited(author, True)


def current_companies(identity_id: int | None = None) -> Iterator[tuple[int, int]]:
    """(person, page) of each person's present job; of several, the one begun last.

    Jobs that not all members may see are unknown here: reasons would tell who is a colleague.
    """
    jobs = Position.objects.filter(to_year__isnull=True, organisation__isnull=False)
    jobs = jobs.exclude(identity_id__in=keeping(Section.POSITIONS))
    if identity_id is not None:
        jobs = jobs.filter(identity_id=identity_id)
    ordered = jobs.order_by("identity_id", F("from_year").asc(nulls_first=True), "id")
    for person, page in ordered.values_list("identity_id", "organisation_id").iterator(CHUNK):
        assert page is not None
        yield person, page


def load_post(post_id: int) -> Post | None:
    """One top post or repost, as the index wants it; None for a comment. 4 queries at most."""
    row = _top_posts().filter(pk=post_id).values_list(*POST_FIELDS).first()
    if row is None:
        return None
    company = dict(current_companies(row[1])).get(row[1], 0)
    post = Post(*_values(row), company_id=company, removed=row[-1] is not None)
    if post.removed:
        return post
    topics = PostTopic.objects.filter(post_id=post_id).order_by("pk")
    mentioned = _mentions().filter(post_id=post_id).values_list("identity_id", flat=True)
    return replace(
        post,
        topics=tuple(topics.values_list("topic_id", flat=True)[:MAX_TOPICS]),
        mentions=tuple(mentioned),
    )


def _mentions() -> QuerySet[Mention]:
    """In posts alone: a mention in a comment calls someone to the thread, by notification."""
    return Mention.objects.filter(post__in_reply_to__isnull=True, post__deleted_at__isnull=True)


def _top_posts() -> QuerySet[PostRow]:
    return PostRow.objects.filter(in_reply_to__isnull=True).annotate(
        created_ms=Milliseconds("created_at"),
        question=Q(text__contains="?"),
        pictured=Q(image_count__gt=0) | ~Q(image_missing=""),
    )


def _values(row: tuple[Any, ...]) -> PostValues:
    """The first nine fields of `Post`, from a row of POST_FIELDS."""
    post_id, author, kind, origin, origin_author, words, link, pictured, asks, audience, at, _ = row
    flags = (
        (PostFlag.LINK if link else 0)
        | (PostFlag.MEDIA if pictured else 0)
        | (PostFlag.QUESTION if asks else 0)
    )
    return (
        post_id, author, at, AUTHOR_KINDS[kind], origin or 0, origin_author or 0,
        words, int(flags), AUDIENCES[audience],
    )  # fmt: skip


def _post_columns(companies: dict[int, int]) -> PostColumns:
    """The newest posts, tombstones among them. 2 queries; a portion of rows at a time."""
    newest = _top_posts().order_by("-id").values_list(*POST_FIELDS)[:MAX_POSTS]
    rows = ((*_values(row), companies.get(row[1], 0), row[-1] is not None)
            for row in newest.iterator(CHUNK))  # fmt: skip
    table = _table(rows, len(POST_COLUMNS))
    columns = {name: table[:, at] for at, name in enumerate(POST_COLUMNS)}
    return PostColumns(**columns, topics=_topics(columns["post_id"]))


def _topics(post_ids: Ints) -> Ints:
    """Each post's topics in the order in which they were named, padded with -1. 1 query."""
    post, topic = _pairs(PostTopic.objects.order_by("pk"), "post_id", "topic_id")
    topics = np.full((len(post_ids), MAX_TOPICS), -1, dtype=np.int64)
    if not len(post) or not len(post_ids):
        return topics
    order = np.argsort(post_ids)
    place = np.minimum(np.searchsorted(post_ids, post, sorter=order), len(order) - 1)
    row = order[place]
    held = post_ids[row] == post
    by_row = np.argsort(row[held], kind="stable")
    row, topic = row[held][by_row], topic[held][by_row]
    # The place of each topic within its post.
    nth = np.arange(len(row)) - np.searchsorted(row, row)
    topics[row[nth < MAX_TOPICS], nth[nth < MAX_TOPICS]] = topic[nth < MAX_TOPICS]
    return topics


def _table(rows: Iterable[tuple[int, ...]], width: int) -> Ints:
    """Rows of whole numbers as one array, without holding them all as objects of Python's."""
    rows, column = iter(rows), Column(np.int64, width=width)
    while portion := list(islice(rows, CHUNK)):
        column.extend(portion)
    return column.view


def acts(*, bare_words: int, ties_since: datetime) -> Iterator[ActTuple]:
    """Everything people did that the feed goes by: (actor, kind, at_ms, post, towards)."""
    yield from _reactions()
    yield from _comments()
    yield from _reposts(bare_words)
    yield from _private_acts()
    yield from _ties(ties_since)
    yield from _logged()


def _reactions() -> Iterator[ActTuple]:
    rows = Reaction.objects.order_by("-id").values_list(
        "by_id",
        "kind",
        Milliseconds("created_at"),
        "via_id",
        "via__author_id",
        "post_id",
        "post__author_id",
    )[:MAX_ACTS]
    for by, kind, at, via, via_author, post, author in rows.iterator(CHUNK):
        # A reaction on a comment is about its author, not a response to the post above it: a
        # comment's id is no post's, so it counts for nothing else.
        yield by, reaction_kind(kind), at, via or post, via_author if via else author


def _comments() -> Iterator[ActTuple]:
    rows = (
        PostRow.objects.filter(in_reply_to__isnull=False, deleted_at__isnull=True)
        .order_by("-id")
        .values_list(
            "author_id",
            Milliseconds("created_at"),
            "thread_id",
            "thread__audience",
            "thread__origin_id",
            "in_reply_to_id",
            "in_reply_to__author_id",
        )[:MAX_ACTS]
    )
    for author, at, thread, audience, origin, parent, towards in rows.iterator(CHUNK):
        kind = ActKind.COMMENT if parent == thread else ActKind.REPLY
        yield author, kind, at, _talked_about(thread, audience, origin), towards or 0


def _talked_about(thread: int, audience: str, origin: int | None) -> int:
    """The thread; 0 under a repost for a few, which would credit the original."""
    return thread if origin is None or audience in WIDE else 0


def _reposts(bare_words: int) -> Iterator[ActTuple]:
    rows = (
        _top_posts()
        .filter(origin__isnull=False, audience__in=WIDE, deleted_at__isnull=True)
        .order_by("-id")
        .values_list(
            "author_id", Milliseconds("created_at"), "repost_of_id", "repost_of__author_id", "words"
        )[:MAX_ACTS]
    )
    for author, at, shared, towards, words in rows.iterator(CHUNK):
        yield author, repost_kind(words, bare_words), at, shared or 0, towards or 0


def _private_acts() -> Iterator[ActTuple]:
    kept = Bookmark.objects.order_by("-id").values_list(
        "by_id", Milliseconds("created_at"), "post_id", "post__author_id"
    )
    for by, at, post, author in kept[:MAX_ACTS].iterator(CHUNK):
        yield by, ActKind.BOOKMARK, at, post, author
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


def _ties(since: datetime) -> Iterator[ActTuple]:
    """Connections of the last `TIE_DAYS`: older ones say no more than that they are there."""
    at_ms = Milliseconds("since")
    rows = Connection.objects.filter(since__gte=since).order_by("-id")
    for a, b, at in rows.values_list("owner_id", "other_id", at_ms)[:MAX_TIES].iterator(CHUNK):
        yield a, int(ActKind.CONNECT), at, 0, b
    follows = Follow.objects.order_by("-id").values_list("follower_id", "followed_id", at_ms)
    for a, b, at in follows[:MAX_TIES].iterator(CHUNK):
        yield a, int(ActKind.FOLLOW), at, 0, b


def _logged() -> Iterator[ActTuple]:
    people = dict(Pseudonym.objects.values_list("pseudonym", "identity_id"))
    rows = (
        LoggedAct.objects.filter(kind__in=list(LOGGED_KINDS))
        .order_by("-id")
        .values_list("actor", "kind", "id", "subject_id", "towards")[:MAX_ACTS]
    )
    for actor, kind, id_, subject, towards in rows.iterator(CHUNK):
        # An erased person's pseudonym leads to nobody; what they did no longer shapes a feed.
        # Towards whom an act was, if that is not known any more, the post itself tells.
        if actor in people:
            yield (
                people[actor], LOGGED_KINDS[kind], ms_of(id_), subject or 0,
                people.get(towards or 0, 0),
            )  # fmt: skip


def _act_columns(rows: Iterable[ActTuple]) -> ActColumns:
    table = _table(rows, 5)
    order = np.argsort(table[:, 2], kind="stable")
    return ActColumns(*(table[order, column] for column in range(5)))


def _pairs(rows: QuerySet[Any], a: str, b: str) -> Any:
    table = _table(rows.values_list(a, b).iterator(CHUNK), 2)
    return table[:, 0], table[:, 1]


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
            "created_at",
        )
        .first()
    )
    if row is None:
        return []
    author, thread, audience, origin, parent, parent_author, shared, shared_author, at = row
    at_ms = to_ms(at)
    if parent is not None:
        kind = ActKind.COMMENT if parent == thread else ActKind.REPLY
        about = _talked_about(thread, audience, origin)
        return [ActOfPost(author, kind, about, parent_author or 0, at_ms)]
    if shared is None or audience not in WIDE:
        return []
    kinds = (ActKind.BARE_REPOST, ActKind.REPOST_WITH_WORDS)
    return [ActOfPost(author, kind, shared, shared_author or 0, at_ms) for kind in kinds]
