"""Signing in as somebody of the sample community: on this machine, for sample data, on purpose."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from kring.core import nodes
from kring.core.errors import NotFound
from kring.members.models import Account, Community, Identity, Kind
from kring.web.visitors import role_of

# Any of these means that somebody else's machine may be behind the connection.
FORWARDING = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED",
    "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_CF_CONNECTING_IP", "HTTP_TRUE_CLIENT_IP",
    "HTTP_X_CLIENT_IP", "HTTP_X_CLUSTER_CLIENT_IP",
)  # fmt: skip
ACCOUNT_PAGES = "/accounts/"
BACKEND = "kring.web.sessions.Backend"


def allowed(request: HttpRequest, community: Community) -> bool:
    """Only for sample data, only if not switched off, only from this very machine."""
    if not community.sample or not settings.ENV.demo_sign_in:
        return False
    # Some proxies send neither the visitor's host nor a forwarding header; whoever runs one has
    # told Kring its public address.
    return _is_local(settings.ENV.hostname) and _is_loopback(request)


def _is_loopback(request: HttpRequest) -> bool:
    if any(name in request.META for name in FORWARDING):
        return False
    host = request.META.get("HTTP_HOST", "").rsplit(":", 1)[0].strip("[]")
    return _loopback(request.META.get("REMOTE_ADDR", "")) and _is_local(host)


def _is_local(host: str) -> bool:
    return host == "localhost" or _loopback(host)


def _loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def keeps_out(request: HttpRequest, person: Identity | None) -> bool:
    """Whether this page would make a lasting account of a sample person, who is anybody's."""
    if person is None or not person.is_sample:
        return False
    path = request.path_info
    if not path.startswith(ACCOUNT_PAGES):
        return False
    # Signing in or joining while signed in only leads home.
    harmless = {reverse(name) for name in ("account_login", "account_signup", "account_logout")}
    return path not in harmless


def sign_in(request: Any, *, handle: str, now: datetime) -> Identity:
    """Sign in as this sample person, making their account on the first time.

    Raises NotFound where that is not allowed or there is no such sample person: the page then
    does not exist.
    """
    community = Community.objects.filter(pk=1).first() or Community()
    people = Identity.objects.filter(
        is_sample=True, kind=Kind.PERSON, domain="", suspended_at=None, deleted_at=None
    )
    person = people.filter(handle__iexact=handle[:40]).first() if "\0" not in handle else None
    if not allowed(request, community) or person is None:
        raise NotFound("")
    account = person.account or _give_account(person, now)
    if account.has_usable_password():
        raise NotFound("")
    request.session.flush()
    login(request, account, backend=BACKEND)
    return person


@transaction.atomic
def _give_account(person: Identity, now: datetime) -> Account:
    account = Account(
        id=nodes.new_id(),
        email=f"{person.handle}-{person.pk}@demo.invalid",
        role=role_of(person),
        created_at=now,
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    person.account = account
    person.save(update_fields=["account"])
    return account
