"""Signing up and in, on django-allauth: an account here always comes with a person."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kring.core import clock, nodes
from kring.core.errors import KringError
from kring.core.html import clean_text
from kring.members.models import Account
from kring.members.services import create_person


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
        if not name:
            raise forms.ValidationError(_("Tell your name."))
        return name

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Called by allauth in its transaction, after the account is saved."""
        try:
            create_person(name=self.cleaned_data["name"], now=clock.utc_now(), account=user)
        except KringError as error:
            raise forms.ValidationError(error.message) from None


class KringAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def new_user(self, request: HttpRequest) -> Account:
        return Account(id=nodes.new_id(), created_at=clock.utc_now())

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names here; a person's handle comes from their name."""

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL
