"""What stands around a page of somebody signed in, by patterns: menu, foot, the form to post."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kring.web.context import audiences, goals
from kring.web.patterns import fill
from kring.web.templatetags.kring import avatar, profile_url

register = template.Library()


class _Community(NamedTuple):
    name: str


def _here(context: Context) -> dict[str, str]:
    return {
        "here": str(context.get("here", "")),
        "csrf_token": str(context.get("csrf_token", "")),
    }


@register.simple_tag(takes_context=True)
def rail(context: Context) -> SafeString:
    """The menu, and who one is."""
    me = context["me"]
    words = {
        **_here(context),
        "name": me.name,
        "profile": profile_url(me),
        "avatar": avatar(me, "s"),
    }
    community = _Community(getattr(context.get("community"), "name", ""))
    return fill("_rail_row.html", words, nav=context.get("nav", ""), community=community)


@register.simple_tag(takes_context=True)
def foot(context: Context) -> SafeString:
    """What a phone has no room for in its menu."""
    return fill("_foot_row.html", _here(context))


@register.simple_tag(takes_context=True)
def composer(context: Context) -> SafeString:
    """The form for a post: empty, or with what was refused."""
    words = {
        **_here(context),
        "client_key": str(context.get("client_key", "")),
        "my_avatar": avatar(context["me"]),
    }
    if context.get("draft") or context.get("error"):
        refused = {"draft": context.get("draft"), "error": context.get("error")}
        choices = {"goals": goals, "audiences": audiences}
        return render_to_string("_composer.html", {**words, **refused, **choices})
    return fill("_composer.html", words, goals=goals, audiences=audiences)
