"""Signing in at the OpenID Connect provider that the operator named, by django-allauth.

An address alone proves nothing here: a foreign account reaches one of ours only after its owner,
signed in and asked again, tied the two together. Whoever is new may join through the provider if
it says that it confirmed their address; their account is theirs from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from allauth.core import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kring.core.errors import NotAllowed, TooMany
from kring.core.html import clean_name, is_blank
from kring.members.blocklist import blocked_email
from kring.members.models import Account
from kring.members.services import PROFILE_FIELDS
from kring.web.joining import note_how, question_for

LIMIT = "sign_in_service"
log = structlog.get_logger("kring.web")


class KringSocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_requests_session(self) -> Any:
        """Calls go to the provider's own origins; there is no adapter for any other address."""
        if not ratelimit.consume(self.request, action=LIMIT):
            raise TooMany(_("That was a lot at once. Wait a minute and go on."), retry_after=60)
        session = super().get_requests_session()
        # No proxy, and no password from a file of the account that runs Kring.
        session.trust_env = False
        carriers = dict(session.adapters)
        session.adapters.clear()
        service = settings.ENV.oidc
        for origin in service.origins if service else []:
            session.mount(f"{origin}/", carriers[origin.partition("//")[0] + "//"])
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Nobody joins with an address that the provider has not confirmed."""
        _require_one_person(sociallogin.account.extra_data)
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        for address in sociallogin.email_addresses:
            if blocked_email(address.email):
                raise NotAllowed(
                    _("This community takes no addresses at that domain. Use another address.")
                )
        confirmed = [address.verified is True for address in sociallogin.email_addresses]
        if not confirmed or not all(confirmed):
            raise NotAllowed(
                _(
                    "Your sign-in service did not say that your address is confirmed. Join with "
                    "your address first, then connect the service in your settings."
                )
            )

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Account:
        account: Account = super().populate_user(request, sociallogin, data)
        name = clean_name(str(data.get("name") or ""))[: PROFILE_FIELDS["name"]]
        account.asked_name = account.email.partition("@")[0] if is_blank(name) else name
        return account

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Not where something is asked of whoever joins: then there is a form to answer it."""
        allowed = bool(super().is_auto_signup_allowed(request, sociallogin))
        return allowed and not question_for(request)

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Account:
        account: Account = super().save_user(request, sociallogin, form)
        if form is None:
            note_how(request, account, "")
        return account

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("settings_account")


def _require_one_person(told: dict[str, Any]) -> None:
    """What is read of the provider's page about somebody must be about whom the token names.

    OpenID Connect Core 1.0, 5.3.2, which allauth leaves out. Raises ValueError.
    """
    if len({str(part.get("sub")) for part in told.values() if isinstance(part, dict)}) != 1:
        raise ValueError("the provider tells of two people")


def or_a_sentence(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page where the provider does not answer, or answers what no provider should."""

    @wraps(view)
    def guarded(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.warning("sign_in_service_failed", error=type(error).__name__)
            return render(request, "socialaccount/authentication_error.html", status=401)

    return guarded


login = or_a_sentence(views.login)
callback = or_a_sentence(views.callback)
