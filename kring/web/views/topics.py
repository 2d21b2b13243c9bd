"""Topics, and what one keeps."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kring.core.paging import Page, parse_cursor
from kring.feed.queries import choice_on
from kring.posts import queries
from kring.posts.cards import TopicCard
from kring.posts.models import Topic
from kring.posts.text import fold_topic
from kring.web import measure, pages
from kring.web.middleware import KringRequest
from kring.web.shelves import beside_topic, shelves
from kring.web.topic_filter import filter_of, shown, topics_on
from kring.web.views.common import actor, signed_in

PAGE = 20


@require_safe
def topic(request: KringRequest, name: str) -> HttpResponse:
    before = parse_cursor(request.GET.get("before"))
    page = queries.topic_posts(request.identity, name, before, PAGE)
    # A label is in somebody's words: it is shown only to who can see that it is used.
    known = (
        Topic.objects.filter(name=fold_topic(name)).first()
        if page.items and "\0" not in name
        else None
    )
    card = (
        TopicCard(name=known.name, label=known.label, label_nl=known.label_nl)
        if known is not None
        else TopicCard(name=fold_topic(name[:80]), label="", label_nl="")
    )
    viewer = request.identity
    context: dict[str, Any] = {
        "topic": card,
        "choice": choice_on(viewer.pk, known.pk) if known is not None and viewer else "",
        "beside": beside_topic(viewer, known.pk) if known is not None else None,
        "items": pages.plain(request.identity, list(page.items)),
        "next_before": page.next_before,
        "attention": measure.of_posts(viewer, "topic", page.items),
    }
    return render(request, "topic.html", context)


@require_safe
def topics(request: KringRequest) -> HttpResponse:
    """What is written about, as far as the viewer may see it. 3 queries."""
    return render(request, "topics.html", {"shelves": shelves(request.identity)})


@require_safe
@signed_in
def bookmarks(request: KringRequest) -> HttpResponse:
    viewer, chosen = actor(request), filter_of(request)
    before = parse_cursor(request.GET.get("before"))
    page: Page[int] = Page(items=[], next_before=None)
    if not chosen.matches_nothing:
        page = queries.bookmarks(viewer, before, PAGE, topic_ids=chosen.ids)
    items = pages.plain(viewer, list(page.items))
    context = {
        "items": items,
        "next_before": page.next_before,
        **shown(request, chosen, topics_on(items)),
    }
    return render(request, "bookmarks.html", context)
