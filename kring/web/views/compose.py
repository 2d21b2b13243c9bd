"""Writing a post: advice first, then now or later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kring.core import clock
from kring.core.errors import Conflict, Invalid, KringError, NotAllowed, NotFound, TooMany
from kring.members.time_zone import set_time_zone, time_zones
from kring.posts import services
from kring.posts.services.publish import check_post
from kring.posts.services.store import already_sent
from kring.web.advice import new_advice
from kring.web.context import back_to
from kring.web.limits import spend
from kring.web.middleware import KringRequest
from kring.web.uploads import images_from
from kring.web.views.common import (
    actor,
    draft_from,
    fragment,
    go_back,
    kept,
    notice,
    see_other,
    sent,
    signed_in,
    url,
)
from kring.web.views.home import home_page
from kring.web.zones import moment_of, said, zone_of

# What a form can be wrong about: the page comes back with the words still in it.
REFUSED = (Invalid, Conflict, TooMany, NotAllowed)
ADVICE_A_MINUTE = 40


@require_POST
@signed_in
def compose(request: KringRequest) -> HttpResponse:
    """Publish a post, or keep it for later; what there is to advise is told first."""
    author, now = actor(request), clock.utc_now()
    try:
        draft = draft_from(request, images=images_from(request))
        at = time_asked(request)
        if not already_sent(author, draft):
            written = check_post(author, draft)
            if advice := new_advice(request, draft, written, now=at or now):
                return home_page(request, author, draft=kept(request), advice=advice)
        if at is not None:
            row = services.schedule(author=author, draft=draft, publish_at=at, now=now)
            return _waits(request, row.pk, row.publish_at)
        post = services.publish(author=author, draft=draft, now=now)
    except REFUSED as error:
        response = home_page(
            request, author, draft=kept(request), error=error.message, status=error.status
        )
        return with_retry(response, error)
    notice(request, _("Your post is there."), undo=url("delete", post.pk))
    if back_to(request).startswith(("/?posted=", "/?order=ranked")) or back_to(request) == "/":
        # One's own posts are no candidates of one's own feed: show this one once, at the top.
        return sent(request, see_other(f"/?posted={post.pk}#card-{post.pk}"))
    return sent(request, go_back(request, f"card-{post.pk}"))


@require_POST
@signed_in
def advise(request: KringRequest) -> HttpResponse:
    """What there is to advise about the words so far; nothing about what cannot be posted."""
    author, now = actor(request), clock.utc_now()
    spend("advice", author.pk, most=ADVICE_A_MINUTE, now=now)
    context: dict[str, Any] = {"live": True}
    try:
        draft = draft_from(request)
        context["advice"] = new_advice(request, draft, check_post(author, draft), now=now)
    except (Invalid, NotFound):
        context["advice"] = []
    context["advised"] = request.POST.getlist("advised")
    return fragment(request, "_advice.html", context)


def time_asked(request: KringRequest) -> datetime | None:
    """When the form wants its post published; None for now. Raises Invalid for no time at all.

    `later` is the button of a time that was proposed; else the field for it counts. A zone that
    the browser told is kept where there was none; one that only the browser knows is not.
    """
    told = request.POST.get("later") or request.POST.get("publish_at")
    if not told:
        return None
    zone_name = request.POST.get("time_zone", "")
    account: Any = request.user
    if zone_name in time_zones() and not account.time_zone:
        set_time_zone(account=account, time_zone=zone_name)
    return moment_of(told, zone_of(account))


def _waits(request: KringRequest, scheduled_id: int, publish_at: datetime) -> HttpResponse:
    sentence = _("It will be posted on %(when)s.") % {
        "when": said(publish_at, zone_of(request.user))
    }
    notice(request, sentence, undo=reverse("cancel_scheduled", args=[scheduled_id]))
    return sent(request, see_other(reverse("scheduled")))


def with_retry(response: HttpResponse, error: KringError) -> HttpResponse:
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response
