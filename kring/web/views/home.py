"""The ranked home, the timeline by time, and the rules in public."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kring.core import clock
from kring.core.paging import parse_cursor, possible_id
from kring.feed import serving
from kring.feed.hydrate import Asked
from kring.feed.models import Preferences
from kring.feed.queries import by_time, preferences_of
from kring.members.models import Identity
from kring.posts.cards import PostCard, cards
from kring.web import margin, measure, pages, reasons
from kring.web.advice import Told
from kring.web.middleware import KringRequest
from kring.web.topic_filter import filter_of, shown, topics_on
from kring.web.views.common import actor, signed_in
from kring.web.views.front import front

PAGE = 20
ORDER_COOKIE = "order"
ORDERS = ("ranked", "time")
A_YEAR = timedelta(days=365)


@require_safe
def home(request: KringRequest) -> HttpResponse:
    if request.identity is None:
        return front(request)
    return home_page(request, actor(request))


def home_page(
    request: KringRequest, viewer: Identity, *, draft: dict[str, str] | None = None,
    error: str = "", advice: Sequence[Told] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Home in the order asked for, which is remembered.

    `draft`: a post that was not published, because of an `error` or with `advice` about it.
    """
    preferences = preferences_of(viewer.pk)
    chosen = filter_of(request)
    asked = Asked(preferences, chosen.ids)
    order, aside = _order(request, preferences), margin.aside(viewer)
    context: dict[str, Any] = {
        "order": order, "draft": draft or {}, "error": error, "advice": advice, "aside": aside,
    }  # fmt: skip
    if chosen.matches_nothing:
        context |= {"items": [], "next_before": None}
    else:
        made = _ranked if order == "ranked" else _timeline
        context |= made(request, viewer, asked)
    context |= shown(request, chosen, [*aside["topics"], *topics_on(context["items"])])
    response = render(request, "home.html", context, status=status)
    if "order" in request.GET:
        response.set_cookie(
            ORDER_COOKIE,
            order,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    response["Cache-Control"] = "private, no-store"
    return response


def _order(request: KringRequest, preferences: Preferences) -> str:
    """By time for whoever chose so or objects to profiling, unless this page is asked for ranked.

    For others as asked, and remembered on this device.
    """
    asked = request.GET.get("order")
    if not asked and (preferences.preset == "time" or not preferences.profile):
        return "time"
    order = asked or request.COOKIES.get(ORDER_COOKIE, "ranked")
    return order if order in ORDERS else "ranked"


def _served(
    request: KringRequest, viewer: Identity, asked: Asked, surface: str = "home"
) -> serving.HomeFeed:
    """The ranked page; asking for its headers alone shows nobody anything."""
    now = clock.utc_now()
    if request.method == "HEAD":
        return serving.rank_for(viewer, now=now, limit=PAGE, asked=asked)
    return serving.home(viewer, now=now, limit=PAGE, asked=asked, surface=surface)


def _ranked(request: KringRequest, viewer: Identity, asked: Asked) -> dict[str, Any]:
    feed = _served(request, viewer, asked)
    items = pages.ranked(viewer, feed)
    since = min((item.card.created_at for item in items), default=None)
    posted = _just_posted(request, viewer)
    return {
        "items": [*posted, *items],
        "since": since,
        "next_before": None,
        "attention": measure.of_feed(viewer, feed),
    }


def _just_posted(request: KringRequest, viewer: Identity) -> list[pages.Item]:
    """The post one has just written, to be shown once above the feed."""
    post_id = possible_id(request.GET.get("posted", ""))
    items = pages.plain(viewer, [post_id]) if post_id else []
    return [item for item in items if item.card.mine.is_author]


def _timeline(request: KringRequest, viewer: Identity, asked: Asked) -> dict[str, Any]:
    before = parse_cursor(request.GET.get("before"))
    page = by_time(viewer, before, PAGE, topic_ids=asked.only_topic_ids)
    allowed = asked.preferences.measure
    return {
        "items": pages.plain(viewer, list(page.items)),
        "next_before": page.next_before,
        "attention": measure.of_posts(viewer, "time", page.items, allowed=allowed),
    }


@require_safe
@signed_in
def feed_json(request: KringRequest) -> HttpResponse:
    """The ranked page as JSON, ids as strings: what a client would ask for."""
    viewer = actor(request)
    chosen = filter_of(request)
    asked = Asked(preferences_of(viewer.pk), chosen.ids, in_full=False)
    # An unknown topic asks for nothing at all, which is not what no topic asks for.
    feed = None if chosen.matches_nothing else _served(request, viewer, asked, "json")
    body = b"[]" if feed is None else _json_of(viewer, feed)
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = "private, no-store"
    return response


def _json_of(viewer: Identity, feed: serving.HomeFeed) -> bytes:
    """The page as JSON; the same bytes for as long as the feed holds and no wording changed."""
    posts, kept = feed.made_of_it.get("json", (None, b""))
    if posts == feed.posts:
        return bytes(kept)
    body = msgspec.json.encode(_rows_of(viewer, feed))
    feed.made_of_it["json"] = feed.posts, body
    return body


def _rows_of(viewer: Identity, feed: serving.HomeFeed) -> list[dict[str, Any]]:
    shown = cards(viewer, [item.post_id for item in feed.items], lean=True)
    loaded = {card.id: card for card in shown}
    return [
        {
            **_card_json(loaded[item.post_id]),
            "rank": item.rank,
            "reasons": reasons.points_of(item),
            "held_back": item.reason.held_back,
        }
        for item in feed.items
        if item.post_id in loaded
    ]


def _card_json(card: PostCard) -> dict[str, Any]:
    return {
        "id": str(card.id),
        "author": {"id": str(card.author.id), "handle": card.author.handle,
                   "name": card.author.name},
        "created_at": card.created_at,
        "language": card.language,
        "html": card.html,
        "topics": [topic.name for topic in card.topics],
        "people": card.counts.people,
        "origin": _card_json(card.origin) if card.origin else None,
    }  # fmt: skip


@require_safe
def policy(request: KringRequest) -> HttpResponse:
    """Every number of the feed, in public."""
    from kring.feed.policy import HEADS, default_policy, public_numbers

    rules = default_policy()
    worth = {
        head: abs(round(weight)) for head, weight in zip(HEADS, rules.value.weights, strict=True)
    }
    context = {"sections": public_numbers(), "hash": rules.hash, "worth": worth}
    return render(request, "policy.html", context)
