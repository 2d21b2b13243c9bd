"""What stands around the feed: what connections talk about, followed topics, first steps."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from kring.core.html import plain_text
from kring.core.prepared import Prepared
from kring.feed import serving
from kring.members.models import Identity
from kring.posts.cards import AuthorCard, Excerpt, TopicCard
from kring.posts.models import Post, TopicFollow
from kring.posts.visibility import listed
from kring.web.first_steps import first_steps

TOPICS = 12
TALKING = 3
# Some of the latest may not be for the reader.
ASKED = 4 * TALKING
EXCERPT = 200
AUTHOR = tuple(f"author__{field.name}" for field in fields(AuthorCard))

_FOLLOWED = Prepared(
    lambda viewer: (
        TopicFollow.objects.filter(identity_id=viewer)
        .order_by("id")
        .values_list("topic__name", "topic__label", "topic__label_nl")[:TOPICS]
    )
)
_SAID = Prepared(
    lambda viewer, threads, authors: (
        Post.objects.filter(
            listed(viewer), in_reply_to__isnull=False, thread_id__in=threads, author_id__in=authors
        )
        .order_by("-id")
        .values_list("thread_id", "id", "html", "language", "created_at", *AUTHOR)[: ASKED * 2]
    )
)


def aside(viewer: Identity) -> dict[str, Any]:
    """3 queries at most; for somebody new 6 more."""
    topics = [TopicCard(*row) for row in _FOLLOWED.rows(viewer.pk)]
    steps = first_steps(viewer, topics)
    return {"topics": topics, "talking": _talking(viewer), "steps": steps}


def _talking(viewer: Identity) -> list[Excerpt]:
    """The latest comments of connections, one a thread."""
    asked, authors = serving.talked_about(viewer, limit=ASKED)
    if not asked:
        return []
    threads: dict[int, Excerpt] = {}
    for thread, post_id, html, language, created_at, *author in _SAID.rows(
        viewer.pk, asked, authors
    ):
        text = plain_text(html)[:EXCERPT]
        said = Excerpt(post_id, AuthorCard(*author), created_at, text, language=language)
        threads.setdefault(thread, said)
    return list(threads.values())[:TALKING]
