"""Your feed: how it is mixed, what it thinks one cares about, and everything one told it.

Only its owner sees this page. Whatever is changed here holds on the next page.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kring.core import clock
from kring.core.errors import Invalid, NotFound
from kring.core.paging import possible_id
from kring.feed import services
from kring.feed.models import Preferences
from kring.feed.policy import MIXES, default_policy
from kring.feed.queries import AS_LEARNED, MORE, mix_for, preferences_of
from kring.feed.steering import AXES, FURTHEST, positions_of
from kring.feed.text.language import PLAUSIBLE
from kring.members.models import Identity, SpokenLanguage
from kring.web.effects import effects_of
from kring.web.interests import CHOICE_WORDS, interest_rows
from kring.web.limits import spend_act
from kring.web.middleware import KringRequest
from kring.web.mix import (
    OUTSIDE_STEPS,
    PRESET_WORDS,
    SLIDER_WORDS,
    is_asked,
    preview,
    wanted_in,
    with_mix,
)
from kring.web.views.common import actor, go_back, notice, see_other, signed_in
from kring.web.views.home import A_YEAR, ORDER_COOKIE

TOPIC_FIELD = "topic-"
FIRST_TOPICS = 8
USUAL_LANGUAGES = ("en", "nl")


@require_safe
@signed_in
def steering(request: KringRequest) -> HttpResponse:
    """The page as it stands; with a mix in its address, what that mix would do."""
    return _page(request)


def _page(request: KringRequest, *, unknown_topic: str = "", error: str = "") -> HttpResponse:
    """unknown_topic, error: what was typed as a topic and cannot be one, and why."""
    viewer, now = actor(request), clock.utc_now()
    stored = preferences_of(viewer.pk)
    shown, tried = stored, None
    if is_asked(request.GET):
        # A look at another mix ranks twice: it counts as an act.
        spend_act(viewer.pk, now=now)
        shown = tried = with_mix(stored, wanted_in(request.GET, stored, default_policy()))
    rows = interest_rows(viewer, stored, now=now)
    # What was set by hand is not folded away: it is what one comes back to change.
    first = [row for at, row in enumerate(rows) if at < FIRST_TOPICS or row.choice != AS_LEARNED]
    context = {
        **_mix(shown),
        "tried": tried is not None,
        "preview": preview(viewer, stored, tried, now=now),
        "rows": first,
        "more_rows": [row for row in rows if row not in first],
        "choices": CHOICE_WORDS,
        "stored": stored,
        "languages": languages_to_choose(viewer, stored),
        "kinds": effects_of(viewer, stored),
        "unknown_topic": unknown_topic,
        "error": error,
    }
    response = render(request, "steering.html", context, status=422 if error else 200)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@signed_in
def mix_preview(request: KringRequest) -> HttpResponse:
    """The beginning of the feed under the mix in the address: what the form shows as it changes."""
    viewer, now = actor(request), clock.utc_now()
    spend_act(viewer.pk, now=now)
    stored = preferences_of(viewer.pk)
    tried = with_mix(stored, wanted_in(request.GET, stored, default_policy()))
    context = {"tried": True, "preview": preview(viewer, stored, tried, now=now)}
    response = render(request, "_mix_preview.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def set_mix(request: KringRequest) -> HttpResponse:
    viewer, now = actor(request), clock.utc_now()
    wanted = wanted_in(request.POST, preferences_of(viewer.pk), default_policy())
    services.prefer(by=viewer, wanted=wanted, now=now)
    response = _done(request, "mix")
    # The order last looked at on this device gives way to what was chosen now.
    response.set_cookie(
        ORDER_COOKIE, "time" if wanted.preset == "time" else "ranked", max_age=A_YEAR,
        httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@require_POST
@signed_in
def reset_mix(request: KringRequest) -> HttpResponse:
    services.reset_preferences(by=actor(request), now=clock.utc_now())
    return _done(request, "mix")


@require_POST
@signed_in
def set_topics(request: KringRequest) -> HttpResponse:
    """Every topic's choice on the page; only what differs is stored."""
    choices = {
        possible_id(name.removeprefix(TOPIC_FIELD)): request.POST[name]
        for name in request.POST
        if name.startswith(TOPIC_FIELD)
    }
    services.set_interests(by=actor(request), choices=choices, now=clock.utc_now())
    return _done(request, "topics")


@require_POST
@signed_in
def add_topic(request: KringRequest) -> HttpResponse:
    name = request.POST.get("name", "")
    try:
        services.want_topic(by=actor(request), name=name, choice=MORE, now=clock.utc_now())
    except NotFound as error:
        return _page(request, unknown_topic=name, error=error.message)
    return _done(request, "topics")


@require_POST
@signed_in
def set_switches(request: KringRequest) -> HttpResponse:
    """All switches, or those of one `part` of them: a box that is not ticked is not sent."""
    form, viewer = request.POST, actor(request)
    stored, part = preferences_of(viewer.pk), form.get("part", "")
    wanted: dict[str, Any] = {
        "measure": stored.measure, "profile": stored.profile, "home_only": stored.home_only,
        "languages": [code for code in stored.languages.split(",") if code],
    }  # fmt: skip
    if part != "languages":
        wanted |= {name: name in form for name in ("measure", "profile", "home_only")}
    if part != "privacy":
        wanted["languages"] = form.getlist("language")
    services.switch(by=viewer, now=clock.utc_now(), **wanted)
    if "next" in form:
        notice(request, _saved())
        return go_back(request)
    return _done(request, "switches")


@require_POST
@signed_in
def reset_everything(request: KringRequest) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        raise Invalid(_("Tick the box first: this takes back everything you told your feed."))
    whole = services.reset_everything(by=actor(request), now=clock.utc_now())
    said = _("Everything is taken back.") if whole else _("Much is taken back. Press once more.")
    return _done(request, "told", said)


def _done(request: KringRequest, section: str, said: str = "") -> HttpResponse:
    notice(request, said or _saved())
    return see_other(f"{reverse('steering')}#{section}")


def _saved() -> str:
    return _("Saved. It holds from the next page on, and nobody is told.")


def _mix(shown: Preferences) -> dict[str, Any]:
    mix = mix_for(shown, default_policy())
    return {
        "presets": [
            (key, title, words, key == shown.preset, _positions(key))
            for key, title, words in PRESET_WORDS
        ],
        "sliders": [
            (axis, *SLIDER_WORDS[axis], position)
            for axis, position in zip(AXES, mix.axes, strict=True)
        ],
        "furthest": FURTHEST,
        "outside_steps": sorted({*OUTSIDE_STEPS, mix.outside_percent or 0}),
        "outside": mix.outside_percent,
    }


def _positions(preset: str) -> str:
    """Where a preset puts the sliders, for the script that moves them; "" for one that does not."""
    if preset not in MIXES:
        return ""
    return " ".join(map(str, positions_of(preset, default_policy())))


def languages_to_choose(viewer: Identity, stored: Preferences) -> dict[str, list[tuple[str, bool]]]:
    """Languages to choose: the usual ones, those spoken and those chosen first; then the others."""
    chosen = set(filter(None, stored.languages.split(",")))
    spoken = SpokenLanguage.objects.filter(identity=viewer).values_list("code", flat=True)
    first = {*USUAL_LANGUAGES, *chosen, *(code.split("-")[0] for code in spoken)}
    first &= {*PLAUSIBLE, *chosen}
    return {
        "first": [(code, code in chosen) for code in sorted(first)],
        "more": [(code, False) for code in PLAUSIBLE if code not in first],
    }
