"""Finding people: the page, and what a text field completes while somebody types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kring.core import clock
from kring.core.errors import Invalid
from kring.core.paging import possible_id
from kring.feed import serving
from kring.search.neighbourhood import nearby
from kring.search.people import MOST_PAGES, find
from kring.search.question import DEGREES, FILTERS, Question, ask
from kring.search.topics import topics_like
from kring.web.limits import spend
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, signed_in

# Enough for somebody who types without a pause, each key a request.
SEARCHES_A_MINUTE, SUGGESTIONS_A_MINUTE = 120, 240
SUGGESTED = 8


@require_safe
@signed_in
def people(request: KringRequest) -> HttpResponse:
    """Whoever fits what is asked; without a question, people near by whom one does not know."""
    viewer = actor(request)
    spend("search", viewer.pk, most=SEARCHES_A_MINUTE, now=clock.utc_now())
    question, page = _asked(request), _page_number(request)
    # Taken once and never changed: the index is held for nobody while this searches.
    network = serving.server().index.connections()
    if question.asks or question.text:
        results = find(question, viewer=viewer, network=network, page=page)
    else:
        results = nearby(viewer, network=network, page=page)
    context = {
        "question": question,
        "results": results,
        "chosen": {name: question.chosen.get(kind, "") for name, kind in FILTERS.items()},
        "degrees": question.degrees,
        "further": sum(results.by_degree.values()) - results.total,
        "page": page,
        "next": _address(request, page=results.next_page) if results.next_page else "",
        "previous": _address(request, page=page - 1) if page > 1 else "",
        "anyway": _address(request, exact=1),
        "any_degree": _address(request, d=None),
        "all_organisations": _address(request, only="organisations", d=None),
        "all_people": _address(request, only=None),
        "any_value": _address(request, **dict.fromkeys(FILTERS)),
    }
    return render(request, "people.html", context)


@require_safe
@signed_in
def suggest_people(request: KringRequest) -> HttpResponse:
    """People and organisations whose name or handle begins so, for a mention; the nearest first."""
    viewer = actor(request)
    spend("suggest", viewer.pk, most=SUGGESTIONS_A_MINUTE, now=clock.utc_now())
    question = replace(ask(request.GET.get("q", "")), named=True)
    network = serving.server().index.connections()
    found = find(question, viewer=viewer, network=network, limit=SUGGESTED, facets=False)
    return _json(
        [
            {
                "handle": one.identity.handle
                if not one.identity.domain
                else f"{one.identity.handle}@{one.identity.domain}",
                "name": one.identity.name,
                "headline": one.identity.headline,
            }
            for one in found.people
        ]
    )


@require_safe
@signed_in
def suggest_topics(request: KringRequest) -> HttpResponse:
    """Topics of this community whose name or label begins so. 1 query."""
    viewer = actor(request)
    spend("suggest", viewer.pk, most=SUGGESTIONS_A_MINUTE, now=clock.utc_now())
    found = topics_like(viewer, request.GET.get("q", ""), limit=SUGGESTED)
    dutch = get_language() == "nl"
    return _json(
        [{"name": one.name, "label": (one.label_nl if dutch else "") or one.label} for one in found]
    )


def _asked(request: KringRequest) -> Question:
    told = request.GET
    return ask(
        told.get("q", ""),
        exact=told.get("exact") == "1",
        organisations=told.get("only") == "organisations",
        degrees=frozenset(at for at in DEGREES if str(at) in told.getlist("d")),
        **{name: told.get(name, "") for name in FILTERS},
    )


def _page_number(request: KringRequest) -> int:
    """Raises Invalid for anything but a page there can be."""
    text = request.GET.get("page", "1")
    if not 1 <= possible_id(text) <= MOST_PAGES:
        raise Invalid(
            _("There is no such page of results. Ask more precisely instead."), code="page"
        )
    return int(text)


def _address(request: KringRequest, **changed: Any) -> str:
    """This question with some of it changed; None takes a part out. Always from the first page."""
    kept = [
        (name, value)
        for name in ("q", "d", *FILTERS, "exact", "only")
        if name not in changed
        for value in request.GET.getlist(name)
        if value
    ]
    kept += [(name, str(value)) for name, value in changed.items() if value is not None]
    return f"?{urlencode(kept)}"


def _json(rows: list[dict[str, str]]) -> HttpResponse:
    response = HttpResponse(msgspec.json.encode(rows), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
