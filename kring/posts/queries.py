"""Reads about posts: one post, cards, a thread, and every chronological timeline.

Timelines give ids; `cards` gives what is shown of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kring.core import ids
from kring.core.errors import Invalid, NotFound
from kring.core.html import clean_text
from kring.core.paging import Page, page_of
from kring.core.prepared import Prepared
from kring.members.models import Identity
from kring.network.models import Connection, Follow, Membership
from kring.posts.cards import (
    AuthorCard,
    Counts,
    Excerpt,
    Mine,
    PostCard,
    TopicCard,
    build_cards,
    cards,
    load_rows,
)
from kring.posts.models import Audience, Bookmark, Post, PostTopic
from kring.posts.text import fold_topic
from kring.posts.visibility import listed, may_see, visible

__all__ = [
    "AuthorCard",
    "Counts",
    "Excerpt",
    "Mine",
    "PostCard",
    "Thread",
    "TimelineItem",
    "TopicCard",
    "bookmarks",
    "cards",
    "following",
    "post_for",
    "posts_by",
    "thread",
    "timeline",
    "topic_posts",
]

MAX_PAGE = 100
MAX_TIMELINE = 1000
_TOPIC_CHARACTERS = 100
# The bits of an id that tell rows of one millisecond apart.
_WITHIN_MS = (1 << ids.TIME_SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Thread:
    """A top post with a page of its comments, oldest first.

    `focus_id` is the comment that was asked for, if it was one. `next_after` continues the page.
    A top post that is deleted or hidden is a card without words, as long as there is talk under it.
    """

    top: PostCard
    comments: tuple[PostCard, ...]
    focus_id: int | None
    next_after: int | None


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One row of the command line's timeline."""

    post_id: int
    external_id: str | None
    author_id: int
    author_handle: str
    author_external_id: str | None
    in_reply_to_id: int | None
    created_at: datetime
    text: str


def post_for(viewer: Identity | None, post_id: int) -> Post:
    """The post, if the viewer may see it; else NotFound. At most 13 queries."""
    post = None
    if 0 < post_id <= ids.MAX_ID:
        post = (
            Post.objects.select_related(
                "author",
                "group",
                "thread__author",
                "origin__author",
                "origin__thread__author",
                "thread__origin__author",
                "thread__origin__thread__author",
            )
            .filter(pk=post_id)
            .first()
        )
    if post is None or not may_see(_id(viewer), post):
        raise _gone()
    return post


def thread(
    viewer: Identity | None, post_id: int, *, after_id: int = 0, limit: int = MAX_PAGE
) -> Thread:
    """The conversation that this post or comment belongs to. Raises NotFound.

    Costs 11 queries for a member, 9 otherwise, whatever the number of comments.
    """
    viewer_id = _id(viewer)
    if not 0 < post_id <= ids.MAX_ID:
        raise _gone()
    asked = Post.objects.filter(pk=post_id).values_list("thread_id", flat=True).first()
    if asked is None:
        raise _gone()
    limit = _limit(limit)
    talk = Post.objects.filter(visible(viewer_id), thread_id=asked, in_reply_to__isnull=False)
    page = list(
        talk.filter(pk__gt=_cursor(after_id))
        .order_by("pk")
        .values_list("pk", flat=True)[: limit + 1]
    )
    shown = page[:limit]
    rows = load_rows(viewer_id, [asked, *shown])
    # Whoever may see a comment may see that its top post is, or was, there (rule 4).
    if not (shown or rows[asked]["seen"]):
        raise _gone()
    if post_id != asked and not _has(talk, post_id, shown):
        raise _gone()
    built = build_cards(viewer_id, rows, with_peek=False)
    return Thread(
        top=built[asked],
        comments=tuple(built[comment_id] for comment_id in shown),
        focus_id=post_id if post_id != asked else None,
        next_after=shown[-1] if len(page) > limit else None,
    )


def _has(talk: QuerySet[Post], post_id: int, shown: list[int]) -> bool:
    return post_id in shown or talk.filter(pk=post_id).exists()


def following(
    viewer: Identity,
    before_id: int | None = None,
    limit: int = 20,
    *,
    topic_ids: Collection[int] = (),
) -> Page[int]:
    """Posts by one's connections, follows, groups and pages, and oneself, newest first.

    Strictly chronological. Comments stand in their threads. A repost without words is left out
    when its original stands in this timeline by itself. 2 queries, 4 where little was written
    lately.

    topic_ids: posts about one of these alone; none: about anything
    """
    limit = _limit(limit)
    before = ids.MAX_ID if before_id is None else _cursor(before_id)
    for since in _windows(before):
        found = list(_FOLLOWING.rows(viewer.pk, before, since, topic_ids or None, limit=limit))
        if len(found) > limit:
            break
    return page_of([post_id for (post_id,) in found], limit=limit, key=int)


# Thousands of people wrote a hundred thousand posts, of which a page shows the newest twenty: they
# are looked for among the latest first.
_LOOK_BACK = (timedelta(days=2), timedelta(days=30))
_NEWEST = Prepared(
    lambda before: Post.objects.filter(pk__lt=before).order_by("-pk").values_list("pk")[:1]
)


def _windows(before: int) -> Iterator[int]:
    """Ids from which on to look, each further back than the one before; the last holds all."""
    for (newest,) in _NEWEST.rows(before):
        for window in _LOOK_BACK:
            yield ids.first_id_at(ids.moment_of(newest) - window)
    yield 0


def _following_posts(
    viewer_id: int, before: int, since: int, topic_ids: Collection[int] | None, *, limit: int
) -> QuerySet[Post, Any]:
    groups = Membership.objects.filter(member_id=viewer_id).values("of_id")
    sources = Identity.objects.filter(pk=viewer_id).values("pk")
    sources = sources.union(
        Connection.objects.filter(owner_id=viewer_id).values("other_id"),
        Follow.objects.filter(follower_id=viewer_id).values("followed_id"),
        groups,
    )
    # Written as a union of ids, each half goes by its index; written with "or", the database
    # would walk all posts from the newest until the page is full.
    older = Post.objects.filter(pk__lt=before, pk__gte=since).values("pk")
    chosen = older.filter(author_id__in=sources).union(older.filter(group_id__in=groups))
    stands_itself = Q(origin__author_id__in=sources) | Q(origin__group_id__in=groups)
    return (
        Post.objects.filter(
            listed(viewer_id), _about(topic_ids), pk__in=chosen, in_reply_to__isnull=True
        )
        .exclude(Q(origin__isnull=False, words=0) & stands_itself)
        .order_by("-pk")
        .values_list("pk")[: limit + 1]
    )


def _about(topic_ids: Collection[int] | None) -> Q:
    """Posts with one of these topics, and reposts of such; all posts when there are none."""
    if not topic_ids:
        return Q()
    tagged = PostTopic.objects.filter(topic_id__in=topic_ids).values("post_id")
    return Q(pk__in=tagged) | Q(origin_id__in=tagged)


_FOLLOWING = Prepared(_following_posts)


def posts_by(
    viewer: Identity | None,
    author_id: int,
    before_id: int | None = None,
    limit: int = 20,
    *,
    topic_ids: Collection[int] = (),
) -> Page[int]:
    """What this author posted and shared, as far as the viewer may see it. 1 query."""
    if not 0 < author_id <= ids.MAX_ID:
        return Page(items=[], next_before=None)
    posts = Post.objects.filter(
        visible(_id(viewer)), _about(topic_ids), author_id=author_id, in_reply_to__isnull=True
    )
    if viewer is None or viewer.pk != author_id:
        posts = posts.exclude(audience=Audience.UNLISTED)
    return _page(posts, before_id, limit)


def bookmarks(
    viewer: Identity,
    before_id: int | None = None,
    limit: int = 20,
    *,
    topic_ids: Collection[int] = (),
) -> Page[int]:
    """What the viewer keeps, latest kept first; the cursor is the bookmark's id. 1 query."""
    limit = _limit(limit)
    kept = Bookmark.objects.filter(
        by_id=viewer.pk, post__in=Post.objects.filter(visible(viewer.pk), _about(topic_ids))
    )
    if before_id is not None:
        kept = kept.filter(pk__lt=_cursor(before_id))
    rows = list(kept.order_by("-pk").values_list("pk", "post_id")[: limit + 1])
    page = page_of(rows, limit=limit, key=lambda row: row[0])
    return Page(items=[post_id for _pk, post_id in page.items], next_before=page.next_before)


def topic_posts(
    viewer: Identity | None, name: str, before_id: int | None = None, limit: int = 20
) -> Page[int]:
    """Posts with this topic, newest first. 1 query. An unknown topic has none."""
    name = fold_topic(clean_text(name[:_TOPIC_CHARACTERS]).removeprefix("#"))
    tagged = PostTopic.objects.filter(topic__name=name).values("post_id")
    posts = Post.objects.filter(listed(_id(viewer)), pk__in=tagged, in_reply_to__isnull=True)
    return _page(posts, before_id, limit)


def timeline(
    viewer: Identity,
    *,
    degrees: int = 1,
    until: datetime | None = None,
    before: datetime | None = None,
    limit: int = 20,
) -> list[TimelineItem]:
    """Posts and comments of one's connections (or of theirs too), newest first. 2 queries.

    until: inclusive; before: exclusive; both to the millisecond
    Ties within a millisecond go by ascending number in the external id (by id without one).
    """
    if degrees not in (1, 2):
        raise Invalid(_("Degrees are 1 or 2."), field="degrees")
    if not 0 < limit <= MAX_TIMELINE:
        raise Invalid(_("Ask for 1 to %(limit)d posts.") % {"limit": MAX_TIMELINE}, field="limit")
    first = Connection.objects.filter(owner_id=viewer.pk).values("other_id")
    near = Q(author_id__in=first)
    if degrees == 2:
        second = Connection.objects.filter(owner_id__in=first).values("other_id")
        near |= Q(author_id__in=second)
    posts = Post.objects.filter(visible(viewer.pk) & near).exclude(author_id=viewer.pk)
    if until is not None:
        posts = posts.filter(pk__lte=ids.first_id_at(until) | _WITHIN_MS)
    if before is not None:
        posts = posts.filter(pk__lt=ids.first_id_at(before))
    newest = list(posts.order_by("-pk").values_list("pk", flat=True)[:limit])
    if not newest:
        return []
    # The last millisecond may hold more rows than fit: all of them take part in the tie.
    boundary = newest[-1] & ~_WITHIN_MS
    posts = posts.filter(pk__gte=boundary, pk__lte=newest[0])
    rows = posts.select_related("author").only(
        "text",
        "created_at",
        "external_id",
        "in_reply_to_id",
        "author__handle",
        "author__external_id",
    )
    ordered = sorted(rows, key=_timeline_order)[:limit]
    return [_timeline_item(post) for post in ordered]


def _timeline_order(post: Post) -> tuple[int, int, int]:
    digits = "".join(filter(str.isdigit, (post.external_id or "").rpartition(":")[2]))
    return (-ids.ms_of(post.pk), int(digits) if digits else post.pk, post.pk)


def _timeline_item(post: Post) -> TimelineItem:
    return TimelineItem(
        post_id=post.pk,
        external_id=post.external_id,
        author_id=post.author_id,
        author_handle=post.author.handle,
        author_external_id=post.author.external_id,
        in_reply_to_id=post.in_reply_to_id,
        created_at=post.created_at,
        text=post.text,
    )


def _page(posts: QuerySet[Post], before_id: int | None, limit: int) -> Page[int]:
    limit = _limit(limit)
    if before_id is not None:
        posts = posts.filter(pk__lt=_cursor(before_id))
    rows = list(posts.order_by("-pk").values_list("pk", flat=True)[: limit + 1])
    return page_of(rows, limit=limit, key=int)


def _limit(limit: int) -> int:
    return min(max(limit, 1), MAX_PAGE)


def _cursor(before_id: int) -> int:
    """Within what both databases can compare; the pages stay the same."""
    return min(max(before_id, 0), ids.MAX_ID)


def _id(viewer: Identity | None) -> int | None:
    return viewer.pk if viewer is not None else None


def _gone() -> NotFound:
    return NotFound(_("This post is not there, or not for you."), code="post")
