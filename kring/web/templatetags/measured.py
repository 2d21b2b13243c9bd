"""What `attention.js` needs to know of a page: its token, where to report, and the numbers."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kring.feed.policy import default_policy

register = template.Library()


@register.simple_tag
def measured(token: str) -> SafeString:
    """Attributes of the element that holds the posts; none where nothing is to be measured."""
    if not token:
        return SafeString("")
    return format_html(' data-attention="{}"{}', token, _numbers())


@lru_cache(maxsize=1)
def _numbers() -> SafeString:
    """Times in milliseconds, as the policy has them."""
    numbers = default_policy().attention
    return format_html(
        ' data-attention-to="{}" data-seen-share="{}" data-seen-ms="{}" data-idle-ms="{}"'
        ' data-report-ms="{}" data-read-ms="{}" data-word-ms="{}"',
        reverse("attention"),
        f"{numbers.seen_share:g}",
        round(numbers.seen_seconds * 1000),
        round(numbers.idle_seconds * 1000),
        round(numbers.report_seconds * 1000),
        round(numbers.read_seconds * 1000),
        round(numbers.read_share / numbers.words_per_second * 1000),
    )
