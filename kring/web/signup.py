"""What is asked of who joins, besides an address.

Stands alone, because django-allauth loads it while its own forms are being made.
"""

from __future__ import annotations

from typing import Any

from allauth.core import context
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kring.core.html import clean_text, is_blank
from kring.desk.joining import ANSWER
from kring.members.models import Account
from kring.members.services import PROFILE_FIELDS
from kring.web.joining import question_for


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
    answer = forms.CharField(
        label="",
        max_length=ANSWER,
        widget=forms.Textarea(attrs={"rows": 4, "class": "textarea"}),
    )
    field_order = ["name", "email", "answer"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        asked = question_for(context.request) if context.request is not None else ""
        if asked:
            self.fields["answer"].label = asked
        else:
            del self.fields["answer"]

    def clean_name(self) -> str:
        name = name_in(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Tell your name."))
        return name

    def clean_answer(self) -> str:
        answer = clean_text(self.cleaned_data["answer"])
        if is_blank(answer):
            raise forms.ValidationError(_("Say something here: somebody reads it."))
        return answer

    def signup(self, request: HttpRequest, user: Account) -> None:
        """allauth asks for this; the adapter makes the person when the address is confirmed."""
