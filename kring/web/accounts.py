"""Signing up and in, on django-allauth: whoever confirms their address gets a person.

Who joins says a name and an address, and no password: it is chosen by whoever reads the mail. So
nobody can prepare an account for somebody else and keep a key to it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings, forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kring.core import clock, nodes
from kring.core.errors import Conflict, NotAllowed
from kring.desk.joining import is_waiting, may_join, welcome
from kring.members.blocklist import blocked_email
from kring.members.community import community
from kring.members.models import Account
from kring.members.queries import community_name
from kring.web.joining import link_of, note_how
from kring.web.signup import name_in

EMAIL_CHARACTERS = 254
# What is mailed when an account is changed, by the name that allauth has for it.
NOTICES = {
    "email_changed": _("Your e-mail address was changed."),
    "password_changed": _("Your password was changed."),
    "password_reset": _("Your password was set anew."),
    "password_set": _("A password was set."),
    "totp_activated": _("Signing in now asks for a code of your app."),
    "totp_deactivated": _("Signing in no longer asks for a code of your app."),
    "recovery_codes_generated": _("New recovery codes were made; the old ones do not work."),
    "webauthn_added": _("A passkey was added."),
    "webauthn_removed": _("A passkey was removed."),
    "account_connected": _("A sign-in service was connected."),
    "handle_changed": _("Your handle was changed."),
    "account_disconnected": _("A sign-in service was disconnected."),
}


class LoginForm(forms.LoginForm):  # type: ignore[misc]
    def _setup_password_field(self) -> None:
        """Keep the password: allauth drops it where none is asked of who joins."""


class PasswordForm(forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Whoever has a link of ours chooses a password: their first, or another."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["password1"].label = _("Password")
        self.fields["password2"].label = _("The same once more")


class KringAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def new_user(self, request: HttpRequest) -> Account:
        return Account(id=nodes.new_id(), created_at=clock.utc_now())

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_join(community(), link_of(request))

    def clean_email(self, email: str) -> str:
        if len(email) > EMAIL_CHARACTERS:
            raise ValidationError(_("Enter a valid e-mail address."))
        if self._is_blocked(email):
            raise ValidationError(
                _("This community takes no addresses at that domain. Use another address.")
            )
        return email

    def _is_blocked(self, email: str) -> bool:
        """Asked once a request: allauth cleans an address again as it stores it."""
        known: dict[str, bool] = {}
        if self.request is not None:
            known = self.request.__dict__.setdefault("_blocked_emails", known)
        if email not in known:
            known[email] = blocked_email(email)
        return known[email]

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Any:
        """The account alone: nobody is here before their address is confirmed.

        A person made at once would tell strangers which addresses are new, and would let anyone
        publish under any name.
        """
        user.asked_name = form.cleaned_data["name"]
        try:
            with transaction.atomic():
                saved = super().save_user(request, user, form, commit)
                note_how(request, user, form.cleaned_data.get("answer", ""))
                return saved
        except IntegrityError:
            # The same form sent twice at once. A second try is answered as for any known address.
            raise Conflict(gettext("That did not work. Try again.")) from None

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """The address is theirs: now there is a person to speak as, once."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            # Whoever confirms may correct the name: somebody else may have asked for it.
            name = name_in(request.POST.get("name", ""))
            welcome(account=email_address.user, name=name, now=clock.utc_now())
        return confirmed

    def login(self, request: HttpRequest, user: Any) -> None:
        """Only with a confirmed address, which a code or a sign-in service may have confirmed."""
        welcome(account=user, now=clock.utc_now())
        super().login(request, user)

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Who has no password yet chooses one now, as with a link of "forgot my password"."""
        account = email_address.user
        if self.request.user.is_authenticated:
            return reverse("settings_account")
        if email_address.verified and is_waiting(account):
            return reverse("joining_waiting")
        if not email_address.verified or account.has_usable_password():
            return reverse("account_login")
        key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(account)
        return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(account), key])

    def send_account_already_exists_mail(self, email: str) -> None:
        """Whose address waits to be confirmed gets that link again, whoever asked first."""
        waiting = EmailAddress.objects.filter(
            email__iexact=email, verified=False, user__asked_name__gt=""
        ).first()
        asked = Account.objects.filter(email__iexact=email, asked_name__gt="").first()
        if waiting is None and asked is not None:
            # Confirmed, and an owner has still to say yes.
            self.send_mail("account/email/asked_already", email, {})
        elif waiting is None:
            super().send_account_already_exists_mail(email)
        else:
            waiting.send_confirmation(context.request, signup=True)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Who has nothing to prove themselves with must have signed in just now."""
        request = context.request
        if not get_reauthentication_flows(request.user):
            records = get_authentication_records(request, request.user)
            latest = max((record["at"] for record in records), default=0.0)
            if clock.utc_now().timestamp() - latest > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
                raise NotAllowed(
                    gettext(
                        "You signed in a while ago. Sign out, sign in again, and come back here."
                    )
                )
        return bool(super().is_reauthentication_required(app=app, **more))

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: Any = None, email: str | None = None
    ) -> None:
        """Tell somebody, at the address they had, that their account was changed.

        Not who was never in: their first password changes nothing that they know.
        """
        if user.last_login is None:
            return
        to = email or EmailAddress.objects.get_primary_email(user)
        said = NOTICES.get(template_prefix.rpartition("/")[2])
        if to and said:
            self.send_mail("account/email/notice", to, {"said": said})

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None
    ) -> Any:
        """Links in mail lead to our own address, whatever host the request named."""
        ours = {name: _ours(value) for name, value in context.items()}
        ours["current_site"] = SimpleNamespace(name=community_name(), domain=settings.ENV.hostname)
        return super().render_mail(template_prefix, email, ours, headers)

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names here; a person's handle comes from their name."""

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL

    def format_email_subject(self, subject: str) -> str:
        return f"[{community_name()}] {subject}"


def _ours(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    parts = urlsplit(value)
    return f"{settings.ENV.url}{parts.path}" + (f"?{parts.query}" if parts.query else "")
