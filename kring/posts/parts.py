"""What hangs on the posts of a page, by post: a query for each kind of thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Count, Exists, OuterRef, QuerySet, Subquery, Value

from kring.core.prepared import Prepared
from kring.network.models import Connection, Follow
from kring.posts.card import Excerpt, ImageCard, Mine, TopicCard
from kring.posts.mentioned import without_the_gone
from kring.posts.models import Audience, Bookmark, Post, PostImage, PostTopic, Reaction
from kring.posts.rows import excerpt_of, seen_by, with_columns

_BOOKMARK, _CONNECTION, _FOLLOW = "bookmark", "connection", "follow"


@dataclass(frozen=True, slots=True)
class Parts:
    """For one viewer, or shared: the same for all who may see the posts, and nothing of theirs."""

    topics: Mapping[int, tuple[TopicCard, ...]]
    talk: Mapping[int, tuple[int, int, int]]
    reposts: Mapping[int, int]
    reactions: Mapping[int, dict[str, int]]
    peeks: Mapping[int, tuple[Excerpt, ...]]
    images: Mapping[int, tuple[ImageCard, ...]]

    @classmethod
    def lean(cls, viewer_id: int | None, ids: list[int], *, shared: bool = False) -> Parts:
        """Topics and who takes part, nothing else."""
        talk = _talk(viewer_id, ids, lean=True, shared=shared)
        return cls(_topics(ids), talk, {}, {}, {}, {})

    @classmethod
    def load(
        cls, viewer_id: int | None, rows: Mapping[int, dict[str, Any]], *, with_peek: bool,
        shared: bool = False,
    ) -> Parts:  # fmt: skip
        ids = list(rows)
        return cls(
            topics=_topics(ids),
            talk=_talk(viewer_id, ids, lean=False, shared=shared),
            reposts=_reposts(ids),
            reactions=_reactions(ids),
            peeks=_peeks(viewer_id, ids, shared=shared) if with_peek else {},
            images=_images([post_id for post_id in ids if rows[post_id]["image_count"]]),
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """What a viewer did with posts, and is to their authors."""

    viewer_id: int | None
    by_post: Mapping[int, set[str]]
    by_author: Mapping[int, set[str]]

    @classmethod
    def load(cls, viewer_id: int | None, ids: Collection[int], authors: Collection[int]) -> Marks:
        """2 queries; none for somebody who is not signed in."""
        if viewer_id is None:
            return cls(None, {}, {})
        return cls(viewer_id, _marks(viewer_id, ids), _ties(viewer_id, authors))

    def of(self, post_id: int, author_id: int, original: Mine | None) -> Mine:
        """original: what the viewer did with what the post shares"""
        marks = self.by_post.get(post_id, set())
        ties = self.by_author.get(author_id, set())
        reaction = next(iter(sorted(marks - {_BOOKMARK})), None)
        return Mine(
            is_author=author_id == self.viewer_id,
            reaction=original.reaction if original is not None else reaction,
            bookmarked=_BOOKMARK in marks,
            connected=_CONNECTION in ties,
            following=_FOLLOW in ties,
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


_IMAGES = Prepared(
    lambda ids: (
        PostImage.objects.filter(post_id__in=ids)
        .order_by("post_id", "position")
        .values_list(
            "post_id", "image_id", "image__width", "image__height", "image__blurhash", "alt"
        )
    )
)


def _images(ids: Collection[int]) -> dict[int, tuple[ImageCard, ...]]:
    """The pictures of each post that has some. No query for none."""
    found: dict[int, tuple[ImageCard, ...]] = {}
    for post_id, *image in _IMAGES.rows(ids) if ids else ():
        found[post_id] = (*found.get(post_id, ()), ImageCard(*image))
    return found


def _talk_query(
    viewer_id: int | None, ids: list[int], *, lean: bool, shared: bool
) -> QuerySet[Post, Any]:
    # What was said among a few may not show in what others are told of its author.
    earlier = Post.objects.filter(
        author_id=OuterRef("author_id"),
        in_reply_to__isnull=False,
        pk__lt=OuterRef("pk"),
        thread__audience__in=(Audience.PUBLIC, Audience.UNLISTED, Audience.MEMBERS),
    )
    first_time = Count("author_id", distinct=True, filter=~Exists(earlier))
    return (
        Post.objects.filter(
            seen_by(viewer_id, shared=shared), thread_id__in=ids, in_reply_to__isnull=False
        )
        .order_by()
        .values("thread_id")
        .annotate(
            people=Count("author_id", distinct=True),
            # Asked of each comment's author: two thirds of what this query costs.
            first_time=Value(0) if lean else first_time,
            comments=Count("id"),
        )
        .values_list("thread_id", "people", "first_time", "comments")
    )


_TALK = Prepared(_talk_query)


def _talk(
    viewer_id: int | None, ids: Collection[int], *, lean: bool, shared: bool
) -> dict[int, tuple[int, int, int]]:
    """People, first-time people and comments, by thread, as far as the viewer may see them.

    lean: with nobody for the first time
    """
    return {
        thread: (people, first_time, comments)
        for thread, people, first_time, comments in _TALK.rows(
            viewer_id, ids, lean=lean, shared=shared
        )
    }


_REPOSTS = Prepared(
    lambda _, ids: (
        Post.objects.filter(
            origin_id__in=ids,
            deleted_at=None,
            author__suspended_at=None,
            author__deleted_at=None,
        )
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
        Reaction.objects.filter(post_id__in=ids, by__suspended_at=None, by__deleted_at=None)
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


def _peeks_query(viewer_id: int | None, ids: list[int], *, shared: bool) -> QuerySet[Post, Any]:
    # The latest comment is looked up thread by thread, from the newest: in a long thread a window
    # over all comments asks of each whether it may be seen, to show one.
    said = Post.objects.filter(
        seen_by(viewer_id, shared=shared), thread_id=OuterRef("pk"), in_reply_to__isnull=False
    ).order_by("-id")
    latest = Post.objects.filter(pk__in=ids).values(latest=Subquery(said.values("pk")[:1]))
    there = Value(True, output_field=BooleanField())
    return with_columns(Post.objects.filter(pk__in=latest), viewer_id, there, shared=shared)


_PEEKS = Prepared(_peeks_query)


def _peeks(
    viewer_id: int | None, ids: Collection[int], *, shared: bool
) -> dict[int, tuple[Excerpt, ...]]:
    """The latest comment of each thread that the viewer may see."""
    rows = list(_PEEKS.dicts(viewer_id, ids, shared=shared))
    shown = without_the_gone([row["html"] for row in rows])
    return {
        row["thread_id"]: (excerpt_of({**row, "html": html}),)
        for row, html in zip(rows, shown, strict=True)
    }
