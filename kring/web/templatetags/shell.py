"""What stands around a page of somebody signed in, by patterns: menu, foot, the form to post."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from kring.members.models import Role
from kring.moderation.access import MODERATES
from kring.posts.policy import POST_CHARACTERS
from kring.web.context import audiences, goals
from kring.web.patterns import fill
from kring.web.templatetags.kring import avatar, profile_url
from kring.web.zones import zone_of

register = template.Library()


class _Community(NamedTuple):
    name: str
    logo_id: int | None


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
    shown = context.get("community")
    community = _Community(getattr(shown, "name", ""), getattr(shown, "logo_id", None))
    shape = {"nav": context.get("nav", ""), "community": community}
    return fill("_rail_row.html", words, **shape, **_roles(context))


@register.simple_tag(takes_context=True)
def foot(context: Context) -> SafeString:
    """What a phone has no room for in its menu."""
    return fill("_foot_row.html", _here(context), **_roles(context))


def _roles(context: Context) -> dict[str, bool]:
    role = getattr(context.get("look"), "role", None)
    return {"moderates": role in MODERATES, "owns": role == Role.OWNER}


@register.simple_tag(takes_context=True)
def composer(context: Context) -> SafeString:
    """The form for a post: empty, or with what was refused."""
    request = context["request"]
    waiting = context.get("row")
    words = {
        **_here(context),
        "client_key": str(context.get("client_key", "")),
        "my_avatar": avatar(context["me"]),
        "zone": zone_of(request.user).key,
        "draft_name": f"{'waits' if waiting else 'compose'}:{context['me'].pk}",
    }
    choices = {"goals": goals, "audiences": audiences, "most": str(POST_CHARACTERS)}
    standing = {
        "waits": bool(waiting),
        "action": context.get("action") or reverse("compose"),
        "zone_chosen": bool(request.user.time_zone),
    }
    if context.get("draft") or context.get("error"):
        came_back = {name: context.get(name) for name in ("draft", "error", "advice")}
        came_back["advised"] = request.POST.getlist("advised")
        return render_to_string("_composer.html", {**words, **came_back, **choices, **standing})
    return fill("_composer.html", words, **choices, **standing)
