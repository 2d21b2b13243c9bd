"""Why a post stood where it stood on a page that was served, for the one it was served to."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kring.core import clock
from kring.core.ids import moment_of
from kring.core.paging import possible_id
from kring.feed import served_reasons
from kring.posts import queries
from kring.posts.cards import cards
from kring.web import pages, panels
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, signed_in


@require_safe
@signed_in
def why(request: KringRequest, post_id: int) -> HttpResponse:
    """The panel to stand in a card, or a page with the panel and the post it is about.

    `page`: which page of theirs; one served so shortly before that another process has yet to write
    it is asked for again, a second later.
    """
    viewer = actor(request)
    page_id = possible_id(request.GET.get("page", ""))
    queries.post_for(viewer, post_id)
    reason = served_reasons.find(
        viewer_id=viewer.pk, page_id=page_id, post_id=post_id, now=clock.utc_now()
    )
    [card] = cards(viewer, [post_id])
    context: dict[str, Any] = {"item": pages.Item(card), "served_at": moment_of(page_id)}
    if reason is not None:
        named = panels.named_in(viewer, panels.facts_of(reason))
        context["panel"] = panels.panel(card, reason, named)
    whole = not getattr(request, "htmx", False)
    response = render(request, "why.html" if whole else "_why.html", context)
    response["Cache-Control"] = "private, no-store"
    if whole and reason is None:
        response["Refresh"] = "1"
    return response
