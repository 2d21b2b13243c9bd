"""Topics put in order for reading, and what stands beside one: who writes, and what is near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kring.core import clock
from kring.members.models import Identity
from kring.posts.cards import AuthorCard, TopicCard
from kring.posts.models import Post, PostTopic, Topic, TopicFollow
from kring.posts.visibility import identity_visible, listed
from kring.web.pages import author_card

RECENT, FRESH = timedelta(days=30), timedelta(days=7)
TOPICS_SHOWN = 60
# So many posts of this week make a topic one of the week.
LIVELY = 3
# Of so many latest posts about a topic it is told who writes and what is near.
LATEST = 200
WRITERS, NEAR = 5, 8


@dataclass(frozen=True, slots=True)
class Row:
    """One topic: how many posts of the last thirty days, by how many people."""

    topic: TopicCard
    posts: int
    people: int
    followed: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    title: str | Promise
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Beside:
    followed: bool
    writers: list[tuple[AuthorCard, int]]
    near: list[TopicCard]


def shelves(viewer: Identity | None) -> list[Shelf]:
    """Followed topics, those of this week, and the others, most written about first. 2 queries."""
    now = clock.utc_now()
    recent = Post.objects.filter(_of(viewer), created_at__gte=now - RECENT).values("pk")
    fresh = Q(post_topics__post__created_at__gte=now - FRESH)
    used = Q(post_topics__post__in=recent)
    rows = (
        Topic.objects.filter(used)
        .annotate(
            posts=Count("post_topics__post", distinct=True),
            people=Count("post_topics__post__author", distinct=True),
            of_this_week=Count("post_topics__post", filter=fresh, distinct=True),
        )
        .order_by("-posts", "name")[:TOPICS_SHOWN]
    )
    followed = _followed(viewer)
    own, lively, others = (
        Shelf(_("You follow"), []),
        Shelf(_("This week"), []),
        Shelf(_("Also"), []),
    )
    for row in rows:
        follows = row.pk in followed
        shelf = own if follows else lively if row.of_this_week >= LIVELY else others
        shelf.rows.append(Row(_card(row), row.posts, row.people, follows))
    if not own.rows and not lively.rows:
        others = Shelf(_("In the last thirty days"), others.rows)
    return [shelf for shelf in (own, lively, others) if shelf.rows]


def beside_topic(viewer: Identity | None, topic_id: int) -> Beside:
    """Who writes about this topic and what it is named together with. 4 queries."""
    about = PostTopic.objects.filter(topic_id=topic_id).values("post_id")
    latest = Post.objects.filter(_of(viewer), pk__in=about).order_by("-pk")
    authors: Counter[int] = Counter()
    ids: list[int] = []
    for post_id, author_id in latest.values_list("pk", "author_id")[:LATEST]:
        ids.append(post_id)
        authors[author_id] += 1
    return Beside(
        followed=topic_id in _followed(viewer),
        writers=_writers(viewer, authors),
        near=_named_together(ids, topic_id),
    )


def _of(viewer: Identity | None) -> Q:
    return listed(viewer.pk if viewer is not None else None) & Q(in_reply_to__isnull=True)


def _followed(viewer: Identity | None) -> set[int]:
    if viewer is None:
        return set()
    follows = TopicFollow.objects.filter(identity_id=viewer.pk)
    return set(follows.values_list("topic_id", flat=True))


def _writers(viewer: Identity | None, authors: Counter[int]) -> list[tuple[AuthorCard, int]]:
    most = dict(authors.most_common(WRITERS))
    seen = Identity.objects.filter(
        identity_visible(viewer.pk if viewer is not None else None), pk__in=most
    )
    people = {person.pk: author_card(person) for person in seen}
    return [(people[id_], posts) for id_, posts in most.items() if id_ in people]


def _named_together(post_ids: Sequence[int], topic_id: int) -> list[TopicCard]:
    rows = (
        Topic.objects.filter(post_topics__post_id__in=post_ids)
        .exclude(pk=topic_id)
        .annotate(together=Count("post_topics"))
        .order_by("-together", "name")[:NEAR]
    )
    return [_card(row) for row in rows]


def _card(topic: Topic) -> TopicCard:
    return TopicCard(name=topic.name, label=topic.label, label_nl=topic.label_nl)
