"""One's own data: a copy to take along, and being erased.

Of the person who signed in, whoever they act as.
"""

from __future__ import annotations

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kring.archive.erasure import requests as erasure
from kring.archive.export import requests as exports
from kring.archive.models import KEPT
from kring.core import clock
from kring.core.errors import Conflict, Invalid, NotFound, TooMany
from kring.members.leaving import MIND_CHANGED_WITHIN
from kring.members.models import Account, Identity
from kring.members.queries import person_of
from kring.web import devices
from kring.web.middleware import KringRequest, concerned
from kring.web.views.common import notice, see_other
from kring.web.views.compose import with_retry


def own_person(request: KringRequest) -> Identity:
    """Whose data it is: never that of a page or group one acts as. Raises NotFound."""
    person = person_of(cast(Account, request.user))
    if person is None:
        raise NotFound(_("There is nobody by that name here."), code="identity")
    return person


@require_safe
@concerned
def own_data(request: KringRequest) -> HttpResponse:
    person = own_person(request)
    found = exports.exports_of(person, now=clock.utc_now())
    return _page(request, "data", exports=found, days=KEPT.days, sample=person.is_sample)


@require_http_methods(["GET", "HEAD", "POST"])
@concerned
@reauthentication_required  # type: ignore[untyped-decorator]
def export(request: KringRequest) -> HttpResponse:
    """Ask for a copy, once it is sure who asks."""
    if request.method != "POST":
        return _page(request, "copy", days=KEPT.days)
    try:
        exports.ask(by=own_person(request), now=clock.utc_now())
    except (Conflict, TooMany) as error:
        answer = _page(request, "copy", days=KEPT.days, error=error, status=error.status)
        return with_retry(answer, error)
    notice(request, _("Your copy is being made. We mail you when it is ready."))
    return see_other(reverse("settings_data"))


@require_safe
@concerned
@reauthentication_required  # type: ignore[untyped-decorator]
def export_file(request: KringRequest, export_id: int) -> HttpResponseBase:
    """The file, for its owner alone, to be stored and never shown."""
    person = own_person(request)
    path = exports.file_of(person, export_id, now=clock.utc_now())
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound(
            _("That copy is no longer there. Ask for a new one."), code="export"
        ) from None
    name = f"kring-{person.handle}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@concerned
@reauthentication_required  # type: ignore[untyped-decorator]
def erase(request: KringRequest) -> HttpResponse:
    """Leave: hidden and signed out everywhere at once, erased after two weeks."""
    person = own_person(request)
    days = {"days": MIND_CHANGED_WITHIN.days}
    if request.method != "POST":
        return _page(request, "erase", **days)
    try:
        if request.POST.get("sure") != "yes":
            raise Invalid(_("Tick the box first: this takes you and all you wrote away."))
        erasure.require_another_owner(person)
        erasure.ask(person=person, now=clock.utc_now())
    except (Conflict, Invalid) as error:
        return _page(request, "erase", error=error, status=error.status, **days)
    account = cast(Account, request.user)
    devices.sign_out_others(account, this=request.session.session_key)
    logout(request)
    return render(request, "left.html", days)


def stay(request: KringRequest) -> HttpResponse:
    """Back, for who is leaving and signed in; the one thing they can do (`web.middleware`)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    erasure.undo(person=own_person(request), now=clock.utc_now())
    notice(request, _("Welcome back. All is as it was."))
    return see_other("/")


def _page(request: KringRequest, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"section": "data", **more}
    response = render(request, f"settings/{template}.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
