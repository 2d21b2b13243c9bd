"""What the privacy page says in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def said(words: str) -> str:
    return gettext(words)
