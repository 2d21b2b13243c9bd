"""Your feed: everything one told it, in one place, each with its undoing. Only you see this."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kring.core.html import plain_text
from kring.feed.models import Hidden, LessLikeThis
from kring.members.models import Identity
from kring.network.models import Block, Mute
from kring.posts.models import Post, ThreadMute
from kring.posts.visibility import visible
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, signed_in, url

SHOWN = 100
EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Told:
    """One thing: a post's first words or a person's name, where it is, and the path that undoes it.

    `words` is empty where the post is no longer there for the reader.
    """

    words: str
    name: str
    at: str
    undo: str


@require_safe
@signed_in
def steering(request: KringRequest) -> HttpResponse:
    """The newest hundred of each kind. 9 queries."""
    viewer = actor(request)
    hidden = Hidden.objects.filter(by=viewer).order_by("-id")
    less = LessLikeThis.objects.filter(by=viewer).order_by("-id")
    threads = ThreadMute.objects.filter(by=viewer).order_by("-id")
    mutes = Mute.objects.filter(muter=viewer).values("muted_id")
    blocks = Block.objects.filter(blocker=viewer).values("blocked_id")
    context = {
        "hidden": _posts(viewer, list(hidden.values_list("post_id", flat=True)[:SHOWN]), "unhide"),
        "less": _posts(viewer, list(less.values_list("post_id", flat=True)[:SHOWN]), "undo_less"),
        "threads": _posts(
            viewer, list(threads.values_list("thread_id", flat=True)[:SHOWN]), "unmute_thread"
        ),
        "muted": _people(Identity.objects.filter(pk__in=mutes), "unmute"),
        "blocked": _people(Identity.objects.filter(pk__in=blocks), "unblock"),
    }
    return render(request, "steering.html", context)


def _posts(viewer: Identity, post_ids: list[int], undo: str) -> list[Told]:
    rows = Post.objects.filter(visible(viewer.pk), pk__in=post_ids).values_list(
        "pk", "html", "author__name"
    )
    found = {post_id: (plain_text(html)[:EXCERPT], name) for post_id, html, name in rows}
    return [
        Told(*found.get(post_id, ("", "")), url("post", post_id), url(undo, post_id))
        for post_id in post_ids
    ]


def _people(people: QuerySet[Identity], undo: str) -> list[Told]:
    return [
        Told(
            person.headline,
            person.name,
            reverse("profile", args=[person.handle]),
            reverse(undo, args=[person.handle]),
        )
        for person in people.order_by("name", "pk")[:SHOWN]
    ]
