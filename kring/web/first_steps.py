"""The first morning: what would bring somebody new among people. Each step goes once it is done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import get_language

from kring.core import clock
from kring.core.html import plain_text
from kring.feed.models import MeasureConsent
from kring.members.models import Identity, Kind
from kring.network.models import Connection, Follow
from kring.posts.cards import AuthorCard, Excerpt, TopicCard
from kring.posts.models import Audience, Post, Topic
from kring.posts.visibility import listed
from kring.web.pages import author_card

NEW_FOR = timedelta(days=14)
LATELY = timedelta(days=14)
LOOKED_AT = 60
PEOPLE, TOPICS = 3, 8
EXCERPT = 220


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What is left to do; empty where it is done.

    question: a recent post that hardly anybody answered yet
    people: who wrote lately and got people talking
    measuring: whether they have yet to say if they may be measured
    """

    question: Excerpt | None
    people: list[AuthorCard]
    topics: list[TopicCard]
    headline: bool
    measuring: bool = False

    def __bool__(self) -> bool:
        return self.measuring or bool(self.question or self.people or self.topics or self.headline)


def first_steps(viewer: Identity, followed_topics: Collection[TopicCard]) -> FirstSteps | None:
    """For whoever came in the last two weeks; None for everybody else, without a query.

    At most 7 queries.
    """
    if clock.utc_now() - viewer.created_at > NEW_FOR:
        return None
    ties = (
        Connection.objects.filter(owner_id=viewer.pk).exists()
        or Follow.objects.filter(follower_id=viewer.pk).exists()
    )
    spoke = Post.objects.filter(author_id=viewer.pk).exists()
    recent = [] if spoke and ties else _recent(viewer)
    return FirstSteps(
        question=None if spoke else _question(recent),
        people=[] if ties else _people(recent),
        topics=[] if followed_topics else _topics(viewer),
        headline=not viewer.headline,
        measuring=not MeasureConsent.objects.filter(identity_id=viewer.pk).exists(),
    )


def _recent(viewer: Identity) -> list[tuple[int, Post]]:
    """What others wrote lately, the newest first, each with how many people talk there."""
    rows = (
        Post.objects.filter(
            listed(viewer.pk),
            created_at__gte=clock.utc_now() - LATELY,
            in_reply_to__isnull=True,
            repost_of__isnull=True,
            audience__in=(Audience.PUBLIC, Audience.MEMBERS),
            author__kind=Kind.PERSON,
        )
        .exclude(author_id=viewer.pk)
        .select_related("author")
        .annotate(talkers=Count("thread_posts__author", distinct=True))
        .order_by("-id")[:LOOKED_AT]
    )
    return [(vars(post)["talkers"], post) for post in rows]


def _question(recent: list[tuple[int, Post]]) -> Excerpt | None:
    """One that may be answered: in the page’s language, with the fewest answers, the latest."""
    asking = [
        (talkers, post)
        for talkers, post in recent
        if "?" in post.text and post.comments_closed_at is None
    ]
    if not asking:
        return None
    spoken = get_language()
    _talkers, post = min(asking, key=lambda one: (one[1].language != spoken, one[0]))
    text = plain_text(post.html)
    short = text if len(text) <= EXCERPT else f"{text[:EXCERPT].rsplit(' ', 1)[0]} …"
    return Excerpt(
        post.pk, author_card(post.author), post.created_at, short, language=post.language
    )


def _people(recent: list[tuple[int, Post]]) -> list[AuthorCard]:
    lively = sorted(recent, key=lambda one: -one[0])
    authors = {post.author_id: post.author for _talkers, post in lively}
    return [author_card(author) for author in list(authors.values())[:PEOPLE]]


def _topics(viewer: Identity) -> list[TopicCard]:
    used = Post.objects.filter(
        listed(viewer.pk), created_at__gte=clock.utc_now() - 2 * LATELY, in_reply_to__isnull=True
    ).values("pk")
    rows = (
        Topic.objects.annotate(posts=Count("post_topics", filter=Q(post_topics__post__in=used)))
        .filter(posts__gt=0)
        .order_by("-posts", "name")[:TOPICS]
    )
    return [TopicCard(name=row.name, label=row.label, label_nl=row.label_nl) for row in rows]
