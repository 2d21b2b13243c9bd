"""What is asked of who joins, besides an address.

Stands alone, because django-allauth loads it while its own forms are being made.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kring.core.html import clean_text, is_blank
from kring.members.models import Account
from kring.members.services import PROFILE_FIELDS


def name_in(text: str) -> str:
    """A name that can be shown, or nothing."""
    name = clean_text(text)
    return "" if is_blank(name) or len(name) > PROFILE_FIELDS["name"] else name


class SignupForm(forms.Form):
    """Added to allauth's fields: how others will see you."""

    name = forms.CharField(
        label=_("Your name, as others see it"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email"]

    def clean_name(self) -> str:
        name = name_in(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Tell your name."))
        return name

    def signup(self, request: HttpRequest, user: Account) -> None:
        """allauth asks for this; the adapter makes the person when the address is confirmed."""
