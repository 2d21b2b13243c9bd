"""The community's own face: seen by everybody, set by its owners."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kring.core import clock
from kring.core.errors import Invalid, KringError, NotFound
from kring.media.models import Purpose
from kring.media.services import Refused, take_in
from kring.members import accent
from kring.members.community import Face, community, require_owner, set_face, set_logo
from kring.members.models import Account
from kring.web.limits import spend
from kring.web.middleware import KringRequest
from kring.web.uploads import UPLOADS_A_MINUTE, upload_of
from kring.web.views.common import actor, notice, see_other, signed_in

A_YEAR = 31_536_000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def face(request: KringRequest) -> HttpResponse:
    """Name, what it is, rules, colour and logo; for owners alone."""
    require_owner(cast(Account, request.user))
    if request.method != "POST":
        row = community()
        return _form(request, Face(row.name, row.tagline, row.rules, row.accent, row.shows_talk))
    form = request.POST
    asked = Face(
        name=form.get("name", ""),
        tagline=form.get("tagline", ""),
        rules=form.get("rules", ""),
        accent=form.get("accent", "") if "own_colour" in form else "",
        shows_talk="shows_talk" in form,
    )
    try:
        logo_id = _logo_sent(request)
        set_face(asked)
        if logo_id is not None:
            set_logo(logo_id)
    except (Invalid, Refused) as error:
        return _form(request, asked, error=error, status=error.status)
    notice(request, _("Saved. Everybody sees it from the next page on."))
    return see_other(reverse("community"))


@require_POST
@signed_in
def remove_logo(request: KringRequest) -> HttpResponse:
    require_owner(cast(Account, request.user))
    set_logo(None)
    notice(request, _("The logo is gone. Kring’s ring stands in its place."))
    return see_other(reverse("community"))


@require_safe
def colours(request: KringRequest, digits: str) -> HttpResponse:
    """The tokens that follow a community's colour, as a style sheet that never changes."""
    colour = f"#{digits}"
    try:
        known = accent.checked(colour) == colour
    except Invalid:
        known = False
    if not known:
        raise NotFound(_("There is no such colour here."))
    light, dark = accent.light_shades(colour).css(), accent.dark_shades(colour).css()
    answer = HttpResponse(
        f":root{{{light}}}:root[data-theme=dark]{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}",
        content_type="text/css; charset=utf-8",
    )
    answer["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return answer


def _logo_sent(request: KringRequest) -> int | None:
    """The picture sent along, taken in. Raises Refused and TooMany."""
    if "logo" not in request.FILES and "logo" not in getattr(request, "too_large", ()):
        return None
    by, now = actor(request).pk, clock.utc_now()
    spend("uploads", by, most=UPLOADS_A_MINUTE, now=now)
    return take_in(upload_of(request, "logo"), by=by, purpose=Purpose.LOGO, now=now).pk


def _form(
    request: KringRequest, asked: Face, *, error: KringError | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"face": asked, "error": error, "part": "community"}
    response = render(request, "community.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
