"""Signing up and in, on django-allauth: an account here always comes with a person."""

from __future__ import annotations

from typing import Any

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
from kring.members.models import Account
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
        """allauth asks for this; the person is made with the account, by the adapter."""


class KringAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def new_user(self, request: HttpRequest) -> Account:
        return Account(id=nodes.new_id(), created_at=clock.utc_now())

    def clean_email(self, email: str) -> str:
        if len(email) > EMAIL_CHARACTERS:
            raise forms.ValidationError(_("Enter a valid e-mail address."))
        return email

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Any:
        """The account and its person, both or neither."""
        try:
            with transaction.atomic():
                saved = super().save_user(request, user, form, commit)
                create_person(name=form.cleaned_data["name"], now=clock.utc_now(), account=saved)
        except IntegrityError:
            # The same form sent twice at once. A second try is answered as for any known address.
            raise Conflict(gettext("That did not work. Try again.")) from None
        return saved

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names here; a person's handle comes from their name."""

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
