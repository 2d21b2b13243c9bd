"""Where Home says that there are new posts, while it is open."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kring.core import clock
from kring.core.ids import first_id_at

register = template.Library()
# A post has its id a moment before it can be seen by others.
MEANWHILE = timedelta(seconds=5)


@register.simple_tag(takes_context=True)
def live_news(context: Context) -> SafeString:
    """The place of the button, and what `live.js` asks: what came after this page was made."""
    since = max(
        first_id_at(clock.utc_now() - MEANWHILE),
        *(item.card.id for item in context.get("items") or ()),
        0,
    )
    only = context["filter"].query
    query = f"since={since}" + (f"&{only}" if only else "")
    return format_html(
        '<div class="news" id="news" role="status" data-ask="{}?{}" data-show="{}?{}"></div>',
        reverse("news"), query, reverse("new_posts"), query,
    )  # fmt: skip
