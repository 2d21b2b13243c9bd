"""Report something: a form for members, and for anybody about what everybody may see."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kring.core import clock
from kring.core.errors import Conflict, Invalid, KringError, TooMany
from kring.moderation import queries, services
from kring.moderation.policy import NAME, WORDS
from kring.moderation.reasons import REASONS
from kring.moderation.subjects import Subject, post_subject, profile_subject
from kring.web.context import back_to
from kring.web.limits import spend_act
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, notice, see_other, signed_in

LIMIT, AN_HOUR = "report", 3_600


@require_http_methods(["GET", "HEAD", "POST"])
def report_post(request: KringRequest, post_id: int) -> HttpResponse:
    return _report(request, post_subject(request.identity, post_id))


@require_http_methods(["GET", "HEAD", "POST"])
def report_profile(request: KringRequest, handle: str) -> HttpResponse:
    return _report(request, profile_subject(request.identity, handle))


@require_safe
@signed_in
def reports_sent(request: KringRequest) -> HttpResponse:
    """What one reported, and what came of it."""
    return render(request, "moderation/sent.html", {"reports": queries.reports_by(actor(request))})


def _report(request: KringRequest, about: Subject) -> HttpResponse:
    if request.method != "POST":
        return _form(request, about)
    form = request.POST
    asked = services.Notice(
        reason=form.get("reason", ""),
        words=form.get("words", ""),
        in_good_faith="in_good_faith" in form,
        name=form.get("name", ""),
        email=form.get("email", ""),
    )
    _spend(request)
    try:
        services.report(by=request.identity, about=about, notice=asked, now=clock.utc_now())
    except (Invalid, Conflict) as error:
        return _form(request, about, asked, error)
    if request.identity is None:
        return render(request, "moderation/thanks.html", {"by_mail": bool(asked.email.strip())})
    notice(request, _("Thank you. The moderators look at it; nobody is told who reported it."))
    return see_other(reverse("reports_sent"))


def _spend(request: KringRequest) -> None:
    """Raises TooMany: for a member as for any act, for a visitor by their address."""
    if request.identity is not None:
        spend_act(request.identity.pk, now=clock.utc_now())
    elif not ratelimit.consume(request, action=LIMIT):
        raise TooMany(
            _("From where you are, a lot was reported. Try again in an hour."), retry_after=AN_HOUR
        )


def _form(
    request: KringRequest,
    about: Subject,
    asked: services.Notice | None = None,
    error: KringError | None = None,
) -> HttpResponse:
    mine = request.identity is not None and request.identity.pk == about.person.pk
    context: dict[str, Any] = {
        "about": about,
        "asked": asked,
        "error": error,
        "reasons": REASONS.values(),
        "words_limit": WORDS,
        "name_limit": NAME,
        "mine": mine,
        "back": back_to(request),
    }
    return render(request, "moderation/report.html", context, status=error.status if error else 200)
