"""Being found under another handle: asked for in the settings, and taken back."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kring.core import clock
from kring.core.errors import Conflict, Invalid, KringError, NotFound, TooMany
from kring.members.handles import change_handle, next_change_at
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, notice, see_other, signed_in
from kring.web.views.compose import with_retry


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]
def change(request: KringRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, actor(request).handle)
    asked = request.POST.get("handle", "")
    try:
        change_handle(identity=actor(request), handle=asked, now=clock.utc_now())
    except (Conflict, Invalid, TooMany) as error:
        return with_retry(_form(request, asked, error), error)
    get_adapter().send_notification_mail("account/email/handle_changed", request.user)
    said = _("You are @%(handle)s now. Links to the handle before still lead to you.")
    notice(request, said % {"handle": actor(request).handle}, undo=reverse("undo_handle"))
    return see_other(reverse("settings_account"))


@require_POST
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]
def undo(request: KringRequest) -> HttpResponse:
    """Back to the handle before. Raises NotFound for whom there was none."""
    me = actor(request)
    before = me.former_handles.order_by("-left_at", "-pk").first()
    if before is None:
        raise NotFound(_("You never had another handle."), code="handle")
    change_handle(identity=me, handle=before.handle, now=clock.utc_now())
    notice(request, _("You are @%(handle)s again.") % {"handle": me.handle})
    return see_other(reverse("settings_account"))


def _form(request: KringRequest, asked: str, error: KringError | None = None) -> HttpResponse:
    me, from_when = actor(request), None
    if (at := next_change_at(me)) is not None and at > clock.utc_now():
        from_when = at
    former = me.former_handles.order_by("-left_at").values_list("handle", flat=True)
    context = {
        "section": "account", "asked": asked, "error": error, "from_when": from_when,
        "former": list(former),
    }  # fmt: skip
    status = error.status if error is not None else 200
    response = render(request, "settings/handle.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
