"""What every page's shell needs. Survives a database that is away, for the error page."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest

from kring.core.prepared import Prepared, columns_of
from kring.members.models import Account, Community
from kring.posts.models import Audience, Goal

# What a person may choose; groups and messages get their own places.
AUDIENCES = (Audience.PUBLIC, Audience.MEMBERS, Audience.CONNECTIONS)


# The key stands in the query: its column is too small for the place of an id on PostgreSQL.
_COMMUNITY = Prepared(lambda: Community.objects.filter(pk=1).values_list(*columns_of(Community)))


def goals() -> list[tuple[str, str]]:
    return [(goal.value, str(goal.label)) for goal in Goal]


def audiences() -> list[tuple[str, str]]:
    return [(audience.value, str(audience.label)) for audience in AUDIENCES]


def shell(request: HttpRequest) -> dict[str, Any]:
    """1 query: the community's name."""
    try:
        community = next(_COMMUNITY.objects(Community), Community())
    except DatabaseError:
        community = Community()
    match = request.resolver_match
    return {
        "community": community,
        "me": getattr(request, "identity", None),
        "person": getattr(request, "person", None),
        "look": _look(request),
        "nav": NAV.get(match.url_name or "", "") if match else "",
        "here": here(request),
        "client_key": uuid.uuid4().hex,
        # Called where a page shows them: most do not.
        "goals": goals,
        "audiences": audiences,
    }


DESK = ("desk", "desk_members", "desk_new_link", "desk_set_registration", "community")
NAV = {
    "home": "home",
    "people": "people",
    "topics": "topics",
    "topic": "topics",
    "bookmarks": "bookmarks",
    "policy": "policy",
    "steering": "steering",
    "settings": "settings",
    "settings_account": "settings",
    "settings_sessions": "settings",
    "settings_language": "settings",
    "settings_appearance": "settings",
    "settings_privacy": "settings",
    "settings_data": "settings",
    "export": "settings",
    "erase": "settings",
    **dict.fromkeys(("moderation", "case", "audit_log"), "moderation"),
    **dict.fromkeys(
        (
            "desk",
            "desk_members",
            "desk_new_link",
            "desk_set_registration",
            "community",
            "legal",
        ),
        "desk",
    ),
    "account_login": "sign_in",
}


def _look(request: HttpRequest) -> Account | None:
    """Whose colours and size of text the page has; asks the database nothing."""
    return getattr(request, "user", None) if getattr(request, "identity", None) else None


def here(request: HttpRequest) -> str:
    """Where to come back to after an act on this page."""
    if request.method == "GET":
        return request.get_full_path()
    return back_to(request)


def back_to(request: HttpRequest) -> str:
    """The form's `next`, if it is a path of ours; else home. Never another site."""
    from django.utils.http import url_has_allowed_host_and_scheme

    path = request.POST.get("next", "")
    # "//" alone names no host, so Django lets it pass; a browser makes nothing good of it.
    here = path.startswith("/") and not path.startswith("//")
    safe = here and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe and path.isprintable() and len(path) < 500 else "/"
