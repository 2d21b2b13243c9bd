"""Signing up and in, on django-allauth: whoever confirms their address gets a person."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kring.core import clock, nodes
from kring.core.errors import Conflict
from kring.core.html import clean_text, is_blank
from kring.members.models import Account, Community
from kring.members.queries import person_of
from kring.members.services import PROFILE_FIELDS, create_person

EMAIL_CHARACTERS = 254


class SignupForm(forms.Form):
    """Added to allauth's fields: how others will see you."""

    name = forms.CharField(
        label=_("Your name, as others see it"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def clean_name(self) -> str:
        name = clean_text(self.cleaned_data["name"])
        if is_blank(name) or len(name) > PROFILE_FIELDS["name"]:
            raise forms.ValidationError(_("Tell your name."))
        return name

    def signup(self, request: HttpRequest, user: Account) -> None:
        """allauth asks for this; the adapter makes the person when the address is confirmed."""


class KringAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def new_user(self, request: HttpRequest) -> Account:
        return Account(id=nodes.new_id(), created_at=clock.utc_now())

    def clean_email(self, email: str) -> str:
        if len(email) > EMAIL_CHARACTERS:
            raise forms.ValidationError(_("Enter a valid e-mail address."))
        return email

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Any:
        """The account alone: nobody is here before their address is confirmed.

        A person made at once would tell strangers which addresses are new, and would let anyone
        publish under any name.
        """
        user.asked_name = form.cleaned_data["name"]
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError:
            # The same form sent twice at once. A second try is answered as for any known address.
            raise Conflict(gettext("That did not work. Try again.")) from None

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """The address is theirs: now there is a person to speak as, once."""
        confirmed = bool(super().confirm_email(request, email_address))
        account = email_address.user
        if confirmed and account.asked_name and person_of(account) is None:
            create_person(name=account.asked_name, now=clock.utc_now(), account=account)
            Account.objects.filter(pk=account.pk).update(asked_name="")
        return confirmed

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None
    ) -> Any:
        """Links in mail lead to our own address, whatever host the request named."""
        ours = {name: _ours(value) for name, value in context.items()}
        ours["current_site"] = SimpleNamespace(name=_community(), domain=settings.ENV.hostname)
        return super().render_mail(template_prefix, email, ours, headers)

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names here; a person's handle comes from their name."""

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL

    def format_email_subject(self, subject: str) -> str:
        return f"[{_community()}] {subject}"


def _community() -> str:
    return (Community.objects.filter(pk=1).first() or Community()).name


def _ours(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    parts = urlsplit(value)
    return f"{settings.ENV.url}{parts.path}" + (f"?{parts.query}" if parts.query else "")
