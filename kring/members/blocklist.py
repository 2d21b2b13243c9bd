"""What the community does not take: domains of e-mail addresses and of links, and handles.

A domain stands for everything below it: `evil.example` also for `mail.evil.example`. Handles are
exact. Who is here already keeps their address and handle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import idna
from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.members.models import Blocked, BlockedKind

# Lists that go round have thousands of lines; more than this is no list anybody looked at.
MOST = 50_000
_HOST = re.compile(r'href="https?://(?:[^/"@]*@)?([^/":?#\s]+)', re.IGNORECASE)
_HANDLE = re.compile(r"[a-z0-9_]{2,30}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_PORTION = 500


def entry(kind: str, text: str) -> str:
    """A line of a list in its stored form. Raises Invalid."""
    if kind not in BlockedKind.values:
        raise Invalid(_("A block list is of e-mail domains, handles or link domains."))
    value = text.strip().lower().removeprefix("@")
    if kind == BlockedKind.HANDLE:
        good = _HANDLE.fullmatch(value) is not None
    else:
        value = _ascii(value.removeprefix("*.").rstrip("."))
        labels = value.split(".")
        good = 0 < len(value) <= 253 and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))
    if not good:
        raise Invalid(_("%(text)s cannot stand on the list.") % {"text": repr(text[:80])})
    return value


@transaction.atomic
def block(*, kind: str, lines: Iterable[str], now: datetime) -> int:
    """Put these on a list; returns how many are new. Raises Invalid, and then changes nothing."""
    values = {entry(kind, line) for line in lines}
    known = set(Blocked.objects.filter(kind=kind).values_list("value", flat=True))
    new = sorted(values - known)
    if len(known) + len(new) > MOST:
        raise Invalid(_("A list holds at most %(most)d lines.") % {"most": MOST})
    rows = [Blocked(kind=kind, value=value, added_at=now) for value in new]
    Blocked.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_PORTION)
    return len(new)


@transaction.atomic
def unblock(*, kind: str, lines: Iterable[str]) -> int:
    """Take these off a list; returns how many stood there."""
    values = sorted({entry(kind, line) for line in lines})
    return sum(
        Blocked.objects.filter(kind=kind, value__in=values[at : at + _PORTION]).delete()[0]
        for at in range(0, len(values), _PORTION)
    )


def blocked_email(address: str) -> bool:
    """1 query."""
    return bool(_blocked(BlockedKind.EMAIL, [address.rpartition("@")[2]]))


def blocked_handles(handles: Iterable[str]) -> set[str]:
    """Those of these handles, in their stored form, that nobody is to take. 1 query."""
    rows = Blocked.objects.filter(kind=BlockedKind.HANDLE, value__in=set(handles))
    return set(rows.values_list("value", flat=True))


def require_links_allowed(htmls: Sequence[str], *, field: str) -> None:
    """Raises Invalid for a rendered text that links to a blocked domain. 1 query, none without
    links."""
    hosts = {host for html in htmls for host in _HOST.findall(html)}
    for domain in _blocked(BlockedKind.LINK, hosts) if hosts else ():
        raise Invalid(
            _("This community takes no links to %(domain)s.") % {"domain": domain},
            code="blocked_link",
            field=field,
        )


def require_link_allowed(url: str, *, field: str) -> None:
    """The same of an address by itself."""
    if url:
        require_links_allowed([f'href="{url}"'], field=field)


def _blocked(kind: str, hosts: Iterable[str]) -> list[str]:
    """Which domains on the list these hosts are, or lie below."""
    asked = {parent for host in hosts for parent in _parents(_ascii(host.lower().rstrip(".")))}
    found: list[str] = []
    ordered = sorted(asked)
    for at in range(0, len(ordered), _PORTION):
        rows = Blocked.objects.filter(kind=kind, value__in=ordered[at : at + _PORTION])
        found += rows.order_by("value").values_list("value", flat=True)
    return found


def _parents(host: str) -> list[str]:
    labels = host[-253:].split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host
