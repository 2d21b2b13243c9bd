"""New posts while Home is open: how many there are, and their cards when one asks for them."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kring.core import clock
from kring.core.paging import possible_id
from kring.feed import serving
from kring.feed.fresh import fresh_posts
from kring.feed.hydrate import Asked
from kring.feed.queries import preferences_of
from kring.web import pages
from kring.web.limits import Pace
from kring.web.middleware import KringRequest
from kring.web.topic_filter import filter_of
from kring.web.views.common import actor, signed_in

NOTHING = 204
SHOWN = 20
# A page asks every half minute at most; this is for a dozen of them, open side by side.
pace = Pace(most=24)


def _fresh(request: KringRequest) -> list[int]:
    """The new posts of the page that asks, at most `SHOWN`."""
    viewer, chosen, now = actor(request), filter_of(request), clock.utc_now()
    pace.spend(viewer.pk, now=now)
    since = possible_id(request.GET.get("since", ""))
    if not since or chosen.matches_nothing:
        return []
    found = fresh_posts(
        serving.server(),
        viewer,
        since_id=since,
        known_id=possible_id(request.GET.get("known", "")),
        asked=lambda: Asked(preferences_of(viewer.pk), chosen.ids),
        now=now,
    )
    return found[:SHOWN]


@require_safe
@signed_in
def news(request: KringRequest) -> HttpResponse:
    """204 when nothing came; else the words of the button and the newest id. 1 query in vain."""
    found = _fresh(request)
    if not found:
        return HttpResponse(status=NOTHING)
    words = ngettext("Show %(count)d new post", "Show %(count)d new posts", len(found))
    answer = JsonResponse({"words": words % {"count": len(found)}, "newest": str(found[0])})
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@signed_in
def new_posts(request: KringRequest) -> HttpResponse:
    """Their cards, newest first."""
    viewer = actor(request)
    answer = render(request, "_new_posts.html", {"items": pages.plain(viewer, _fresh(request))})
    answer["Cache-Control"] = "private, no-store"
    return answer
