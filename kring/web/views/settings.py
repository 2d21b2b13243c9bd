"""One's settings: how one signs in, where, in which language, with which look, and privacy.

What changes an account (address, password, second step, passkeys) is django-allauth's, at
/accounts/…, behind being asked once more who one is; the pages here lead there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.mfa import app_settings as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kring.core import clock
from kring.core.errors import Invalid
from kring.core.paging import possible_id
from kring.feed import services as feed
from kring.feed.models import MeasureConsent
from kring.feed.queries import preferences_of
from kring.mail.queue import is_dead, revive
from kring.members.appearance import set_appearance
from kring.members.models import Account, TextSize, Theme
from kring.web import devices
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, notice, see_other, signed_in
from kring.web.views.steering import languages_to_choose


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@require_safe
@signed_in
def index(request: KringRequest) -> HttpResponse:
    return _page(request, "index")


@require_safe
@signed_in
def account(request: KringRequest) -> HttpResponse:
    """How one signs in. 3 queries, and one more where there is a sign-in service."""
    own = _account(request)
    held = list(Authenticator.objects.filter(user_id=own.pk).order_by("pk"))
    kinds = Authenticator.Type
    codes = next((one for one in held if one.type == kinds.RECOVERY_CODES), None)
    return _page(
        request,
        "account",
        has_password=own.has_usable_password(),
        app_since=next((one.created_at for one in held if one.type == kinds.TOTP), None),
        # Counted without opening their seal, whose key may be another by now.
        codes_left=None
        if codes is None
        else mfa.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count(),
        passkeys=[
            Passkey(one.pk, one.wrap().name, one.created_at, one.last_used_at)
            for one in held
            if one.type == kinds.WEBAUTHN
        ],
        mail_stopped=is_dead(own.email),
        connected=SocialAccount.objects.filter(user_id=own.pk).exists(),
    )


@require_POST
@signed_in
def try_mail_again(request: KringRequest) -> HttpResponse:
    """Send to one's own address again, beginning with a letter that says so."""
    own = _account(request)
    if revive(own.email):
        get_adapter().send_mail("account/email/works_again", own.email, {})
        notice(request, _("A mail is on its way. If it does not arrive, choose another address."))
    return see_other(reverse("settings_account"))


@require_safe
@signed_in
def sessions(request: KringRequest) -> HttpResponse:
    this = request.session.session_key
    found = devices.devices_of(_account(request), this=this, now=clock.utc_now())
    return _page(request, "sessions", devices=found)


@require_POST
@signed_in
def sign_out_device(request: KringRequest, device_id: str) -> HttpResponse:
    this = request.session.session_key
    devices.sign_out_device(_account(request), possible_id(device_id), this=this)
    notice(request, _("Signed out there."))
    return see_other(reverse("settings_sessions"))


@require_POST
@signed_in
def sign_out_others(request: KringRequest) -> HttpResponse:
    ended = devices.sign_out_others(_account(request), this=request.session.session_key)
    said = ngettext(
        "Signed out of %(count)d other browser.", "Signed out of %(count)d other browsers.", ended
    )
    notice(request, said % {"count": ended})
    return see_other(reverse("settings_sessions"))


@require_safe
@signed_in
def language(request: KringRequest) -> HttpResponse:
    me = actor(request)
    return _page(request, "language", languages=languages_to_choose(me, preferences_of(me.pk)))


@require_safe
@signed_in
def appearance(request: KringRequest) -> HttpResponse:
    return _page(request, "appearance", themes=Theme.choices, sizes=TextSize.choices)


@require_POST
@signed_in
def change_appearance(request: KringRequest) -> HttpResponse:
    chosen = {name: request.POST.get(name, "?") for name in ("theme", "text_size")}
    shortcuts = "shortcuts" in request.POST
    set_appearance(account=_account(request), shortcuts=shortcuts, **chosen)
    notice(request, _("Saved."))
    return see_other(reverse("settings_appearance"))


@require_safe
@signed_in
def privacy(request: KringRequest) -> HttpResponse:
    me = actor(request)
    consent = MeasureConsent.objects.filter(identity_id=me.pk).order_by("-pk").first()
    return _page(request, "privacy", stored=preferences_of(me.pk), consent=consent)


@require_POST
@signed_in
def answer_measuring(request: KringRequest) -> HttpResponse:
    """The question of the first steps."""
    agreed = request.POST.get("agreed")
    if agreed not in ("yes", "no"):
        raise Invalid(_("Say yes or no."), field="agreed")
    feed.answer_measuring(by=actor(request), agreed=agreed == "yes", now=clock.utc_now())
    notice(request, _("Saved. You can change your mind under Settings, Privacy."))
    return see_other(reverse("home"))


@require_POST
@signed_in
def forget_measured(request: KringRequest) -> HttpResponse:
    feed.forget_measured(by=actor(request), now=clock.utc_now())
    notice(request, _("Deleted: what you were shown, saw and read."))
    return see_other(reverse("settings_privacy"))


def _account(request: KringRequest) -> Account:
    return cast(Account, request.user)


def _page(request: KringRequest, section: str, **more: Any) -> HttpResponse:
    context = {"section": section, "account": request.user, **more}
    response = render(request, f"settings/{section}.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
