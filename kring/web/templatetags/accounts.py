"""The parts of the settings, and the sign-in service if the operator named one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kring.members.models import Role

register = template.Library()


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    icon: str
    title: str | Promise
    words: str | Promise
    route: str

    @property
    def path(self) -> str:
        return reverse(self.route)


SECTIONS = (
    Section("account", "key-round", _("Account"),
            _("Address, password, two steps, passkeys"), "settings_account"),
    Section("sessions", "lock", _("Where you are signed in"),
            _("Your browsers, and signing them out"), "settings_sessions"),
    Section("language", "globe", _("Language"),
            _("What Kring speaks, and what you read"), "settings_language"),
    Section("appearance", "moon", _("Appearance"),
            _("Light, dark, and the size of the text"), "settings_appearance"),
    Section("feed", "sliders-horizontal", _("Your feed"),
            _("How it is mixed, and what you told it"), "steering"),
    Section("privacy", "eye-off", _("Privacy"),
            _("What is kept, and what it is used for"), "settings_privacy"),
    Section("data", "download", _("Your data"),
            _("A copy to take along, and leaving"), "settings_data"),
)  # fmt: skip


# For the owners of the community, beside what everybody sets.
DESK = Section("desk", "gauge", _("The desk"),
               _("Who joins, who is here, and how the community does"), "desk")  # fmt: skip
DESK_PARTS = (
    Section("joining", "user-plus", _("Joining"), "", "desk"),
    Section("members", "users-round", _("Members"), "", "desk_members"),
    Section("community", "megaphone", _("The community"), "", "community"),
    Section("legal", "scale", _("Contact and terms"), "", "legal"),
)


@register.simple_tag(takes_context=True)
def settings_sections(context: Context) -> tuple[Section, ...]:
    """What whoever looks may set."""
    owner = context["request"].user.role == Role.OWNER
    return (*SECTIONS, DESK) if owner else SECTIONS


@register.simple_tag
def desk_parts() -> tuple[Section, ...]:
    return DESK_PARTS


@register.simple_tag
def sign_in_service() -> Any:
    """What `KRING_OIDC_*` name, or None."""
    return settings.ENV.oidc
