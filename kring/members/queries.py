"""Reads about accounts, identities and profiles."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kring.core.errors import NotFound
from kring.core.html import clean_text
from kring.core.prepared import Prepared, columns_of
from kring.members.models import (
    Account,
    Education,
    Identity,
    Position,
    ProfileLink,
    Skill,
    SpokenLanguage,
)

_HANDLE = re.compile(r"@?([A-Za-z0-9_.-]{1,40})(?:@([A-Za-z0-9.:-]{1,253}))?")
_EXTERNAL = re.compile(r"[a-z]{2,20}:\S{1,60}")
_SECTION_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Profile:
    """An identity with the sections of its profile, newest jobs and schools first."""

    identity: Identity
    positions: list[Position]
    education: list[Education]
    skills: list[Skill]
    languages: list[SpokenLanguage]
    links: list[ProfileLink]


def identity_by_handle(text: str) -> Identity:
    """Whose handle this is: `ada`, `@ada`, `@ada@other.example`, or an id like `ldbc:933`.

    Suspended and deleted identities are found too: whether one may see them is
    `posts.visibility`'s answer. 1 query. Raises NotFound.
    """
    text = text.strip()
    found: Identity | None = None
    if text != clean_text(text):
        found = None
    elif _EXTERNAL.fullmatch(text):
        found = Identity.objects.filter(external_id=text).first()
    elif match := _HANDLE.fullmatch(text):
        handle, domain = match[1], (match[2] or "").lower()
        found = Identity.objects.filter(handle__iexact=handle, domain=domain).first()
    if found is None:
        raise NotFound(_("There is nobody by that name here."), code="identity")
    return found


def profile_of(identity: Identity) -> Profile:
    """Everything a profile page says. 5 queries, at most 100 rows each."""
    return Profile(
        identity=identity,
        positions=list(
            identity.positions.select_related("organisation").order_by("-from_year", "-id")[
                :_SECTION_LIMIT
            ]
        ),
        education=list(
            identity.education.select_related("school").order_by("-year", "-id")[:_SECTION_LIMIT]
        ),
        skills=list(identity.skills.order_by("id")[:_SECTION_LIMIT]),
        languages=list(identity.languages.order_by("id")[:_SECTION_LIMIT]),
        links=list(identity.links.order_by("id")[:_SECTION_LIMIT]),
    )


def identities(ids: Collection[int]) -> dict[int, Identity]:
    """These identities by id; unknown ids are left out. 1 query."""
    return Identity.objects.in_bulk(list(ids)) if ids else {}


_PERSON = Prepared(
    lambda account: Identity.objects.filter(account_id=account).values_list(*columns_of(Identity))
)
_ACCOUNT = Prepared(lambda pk: Account.objects.filter(pk=pk).values_list(*columns_of(Account)))


def person_of(account: Account) -> Identity | None:
    """Who speaks when this account signs in. 1 query at most."""
    return next(_PERSON.objects(Identity, account.pk), None)


def account_of(account_id: int) -> Account | None:
    """The account with this id, whether it may sign in or not. 1 query."""
    return next(_ACCOUNT.objects(Account, account_id), None)
