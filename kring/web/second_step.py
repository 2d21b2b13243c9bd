"""Signing in in two steps, and with passkeys: django-allauth's, with our names and our limits."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from allauth.core import context, ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kring.core.errors import NotAllowed
from kring.core.sealing import Unreadable
from kring.members.models import Account
from kring.members.queries import community_name
from kring.members.second_steps import SEAL

LIMIT = "second_step"
CHALLENGES = "passkey_challenge"
NAME_CHARACTERS = 60


def passkey_login(request: HttpRequest) -> HttpResponse:
    """allauth's way in by passkey. Each challenge is kept in a session, so they are counted too."""
    refused: HttpResponse | None = None
    if request.method != "POST":
        refused = ratelimit.consume_or_429(request, action=CHALLENGES, limit_get=True)
    return refused or views.login_webauthn(request)


class KringMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That is not the code, or it was used already. Take the next one."),
        "unverified_email": _("Confirm your address first."),
    }

    def encrypt(self, text: str) -> str:
        return SEAL.close(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return SEAL.open(encrypted_text)
        except Unreadable:
            raise NotAllowed(
                gettext(
                    "Codes cannot be checked now: this Kring got another key. Use a passkey, or "
                    "ask the community's owner."
                ),
                code="unreadable",
            ) from None

    def get_totp_issuer(self) -> str:
        return community_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the address people type, whatever host a request named."""
        asked: str = context.request.get_host().partition(":")[0]
        return {
            "id": settings.ENV.hostname if settings.ENV.secure else asked,
            "name": community_name(),
        }

    def generate_authenticator_name(self, user: Account, type: Any) -> str:
        held = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": held + 1}


class _FewTries(BaseAuthenticateForm):  # type: ignore[misc]
    """Codes are counted for each account: who types them has the password already."""

    def clean_code(self) -> str:
        key = str(self.user.pk)
        if not ratelimit.consume(context.request, action=LIMIT, key=key):
            raise ValidationError(_("Too many codes were tried. Wait, or use a passkey."))
        try:
            code: str = super().clean_code()
        except NotAllowed as error:
            raise ValidationError(error.message) from None
        ratelimit.clear(context.request, action=LIMIT, key=key)
        return code


class CodeForm(_FewTries, AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(_FewTries, ReauthenticateForm):  # type: ignore[misc]
    pass


class _AnyCredential:
    """A credential can be anything that a visitor sends; allauth expects it to be whole."""

    def clean_credential(self) -> Any:
        return _whole(super().clean_credential)  # type: ignore[misc]


class PasskeyLoginForm(_AnyCredential, LoginWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyForm(_AnyCredential, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyAgainForm(_AnyCredential, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(required=False, max_length=NAME_CHARACTERS)

    def clean(self) -> Any:
        return _whole(super().clean)


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(max_length=NAME_CHARACTERS)


def _whole(clean: Callable[[], Any]) -> Any:
    try:
        return clean()
    except (LookupError, AttributeError, TypeError, ValueError, struct.error):
        raise ValidationError(_("That passkey could not be read. Try again.")) from None
