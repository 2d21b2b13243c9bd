"""One's own data: a copy to take along. Of the person who signed in, whoever they act as."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kring.archive.export import requests as exports
from kring.archive.models import KEPT
from kring.core import clock
from kring.core.errors import Conflict, NotFound, TooMany
from kring.members.models import Account, Identity
from kring.members.queries import person_of
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


def _page(request: KringRequest, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"section": "data", **more}
    response = render(request, f"settings/{template}.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
