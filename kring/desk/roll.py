"""Everybody who has, or asked for, a way in: found by name, address, role and standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kring.core.html import clean_text
from kring.desk.models import Application
from kring.members.models import Account, Role

SOUGHT = 100
STANDINGS = (
    ("in", _("In")), ("suspended", _("Suspended")), ("waiting", _("Waiting for an owner")),
    ("unconfirmed", _("Address never confirmed")),
)  # fmt: skip
JOINED = (("7", _("In the last week")), ("30", _("In the last month")), ("365", _("In a year")))
SEEN = (("7", _("In the last week")), ("28", _("In four weeks")), ("not", _("Not in four weeks")))
_CHOICES = {
    "role": frozenset(Role.values),
    "standing": frozenset(value for value, _label in STANDINGS),
    "joined": frozenset(value for value, _label in JOINED),
    "seen": frozenset(value for value, _label in SEEN),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to; what cannot be is left out."""

    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        chosen = {name: query.get(name, "") for name in _CHOICES}
        possible = {name: value for name, value in chosen.items() if value in _CHOICES[name]}
        return cls(" ".join(clean_text(query.get("q", ""))[:SOUGHT].split()), possible)


@dataclass(frozen=True, slots=True)
class Row:
    """seen: the Monday of the week in which they were last here, where a browser is signed in"""

    account: Account
    name: str
    handle: str
    standing: str
    seen: date | None


def roll(asked: Asked, *, now: datetime, before: int | None = None, limit: int) -> list[Row]:
    """Those who fit, the newest first. 3 queries.

    Searching reads past all names, which takes a tenth of a second for 100,000 members.
    """
    rows = _fitting(asked, now)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    accounts = list(rows.select_related("identity").order_by("-pk")[:limit])
    ids = [account.pk for account in accounts]
    last = dict(
        UserSession.objects.filter(user_id__in=ids)
        .values_list("user_id")
        .annotate(last=Max("last_seen_at"))
    )
    waiting = set(
        Application.objects.filter(pk__in=ids, confirmed_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    return [_row(account, last.get(account.pk), account.pk in waiting) for account in accounts]


def _fitting(asked: Asked, now: datetime) -> QuerySet[Account]:
    rows = Account.objects.all()
    if asked.text:
        rows = rows.filter(
            Q(identity__name__icontains=asked.text)
            | Q(identity__handle__icontains=asked.text.removeprefix("@"))
            | Q(asked_name__icontains=asked.text)
            | Q(email__icontains=asked.text)
        )
    chosen = asked.chosen
    if "role" in chosen:
        rows = rows.filter(role=chosen["role"])
    if "standing" in chosen:
        rows = rows.filter(_standing(chosen["standing"]))
    if "joined" in chosen:
        rows = rows.filter(created_at__gt=now - timedelta(days=int(chosen["joined"])))
    if "seen" in chosen:
        days = 28 if chosen["seen"] == "not" else int(chosen["seen"])
        lately = Exists(
            UserSession.objects.filter(
                user_id=OuterRef("pk"), last_seen_at__gt=now - timedelta(days=days)
            )
        )
        rows = rows.filter(~lately if chosen["seen"] == "not" else lately)
    return rows


def _standing(name: str) -> Q:
    confirmed = Exists(EmailAddress.objects.filter(user_id=OuterRef("pk"), verified=True))
    match name:
        case "in":
            return Q(identity__isnull=False, identity__suspended_at=None)
        case "suspended":
            return Q(identity__suspended_at__isnull=False)
        case "waiting":
            return Q(application__confirmed_at__isnull=False)
        case _:
            return Q(identity__isnull=True) & ~Q(confirmed)


def _row(account: Account, seen: datetime | None, waits: bool) -> Row:
    person = getattr(account, "identity", None)
    if person is None:
        standing = "waiting" if waits else "unconfirmed"
        return Row(account, account.asked_name, "", standing, None)
    monday = seen.date() - timedelta(days=seen.weekday()) if seen is not None else None
    standing = "in" if person.suspended_at is None else "suspended"
    return Row(account, person.name, person.handle, standing, monday)
