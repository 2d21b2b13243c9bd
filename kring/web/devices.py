"""Where one is signed in: each browser's session, and when it was last here.

django-allauth keeps a row for each session (`usersessions`); the session itself says when that row
was last written, so that most requests write nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kring.core import clock
from kring.core.errors import NotFound
from kring.members.models import Account

SEEN = "seen"
SEEN_EVERY = timedelta(hours=1)
SHOWN = 50
FORGET_AT_ONCE = 1_000
# Looked for in this order: most browsers also name those they descend from.
_BROWSERS = (
    ("Firefox", r"Firefox/|FxiOS/"), ("Edge", r"Edg(A|iOS)?/"), ("Opera", r"OPR/"),
    ("Chrome", r"Chrome/|CriOS/"), ("Safari", r"Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("macOS", "Mac OS X|Macintosh"), ("ChromeOS", "CrOS"), ("Linux", "Linux"),
)  # fmt: skip


class LastSeenMiddleware:
    """Notes at most once an hour that this browser is here, and which one it is.

    Never with an answer that caches may keep: the session's cookie would go with it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        public = "public" in response.get("Cache-Control", "")
        if not public and request.user.is_authenticated:
            now = clock.utc_now().timestamp()
            # A time in the future was written under a clock that has since been put right.
            if not 0 <= now - request.session.get(SEEN, 0) < SEEN_EVERY.total_seconds():
                request.session[SEEN] = int(now)
                UserSession.objects.create_from_request(request)
        return response


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which somebody is signed in."""

    id: int
    name: str
    last_seen_at: datetime
    since: datetime
    is_this: bool


def devices_of(account: Account, *, this: str | None, now: datetime) -> list[Device]:
    """Where this account is signed in, this browser first, then the last seen. 2 queries.

    this: the key of the asking session.
    """
    rows = list(UserSession.objects.filter(user_id=account.pk).order_by("-last_seen_at")[:SHOWN])
    keys = [row.session_key for row in rows]
    living = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list(
            "session_key", flat=True
        )
    )
    found = [
        Device(row.pk, name_of(row.user_agent), row.last_seen_at, row.created_at,
               row.session_key == this)
        for row in rows if row.session_key in living
    ]  # fmt: skip
    return sorted(found, key=lambda device: not device.is_this)


def sign_out_device(account: Account, device_id: int, *, this: str | None) -> None:
    """End one other session: it stops with its next request. Raises NotFound for any other."""
    row = UserSession.objects.filter(pk=device_id, user_id=account.pk).first()
    if row is None or row.session_key == this:
        raise NotFound(_("You are not signed in there any more."), code="device")
    row.end()


def sign_out_others(account: Account, *, this: str | None) -> int:
    """End every session but this one; how many there were."""
    rows = UserSession.objects.filter(user_id=account.pk).exclude(session_key=this)
    keys = list(rows.values_list("session_key", flat=True))
    ended, _labels = Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return ended


def forget_ended(now: datetime) -> int:
    """Remove sessions that are over, and what was noted of their browsers; how many there were."""
    over = Session.objects.filter(expire_date__lte=now).order_by("pk")
    known = Session.objects.values("session_key")
    ended = _forget(over)
    _forget(UserSession.objects.exclude(session_key__in=known).order_by("pk"))
    return ended


def end_all(made_at: datetime, now: datetime) -> None:
    """End every session of a database that was restored: those of a stolen telephone, signed out
    since `made_at`, would live again with the others."""
    _forget(Session.objects.order_by("pk"))
    _forget(UserSession.objects.order_by("pk"))


def _forget(rows: QuerySet[Any]) -> int:
    """In batches, so that nobody who signs in meanwhile waits long."""
    forgotten = 0
    while keys := list(rows.values_list("pk", flat=True)[:FORGET_AT_ONCE]):
        rows.model._base_manager.filter(pk__in=keys).delete()
        forgotten += len(keys)
    return forgotten


def name_of(user_agent: str) -> str:
    """A browser in words a person knows: "Firefox on Windows"."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, text)), "")
