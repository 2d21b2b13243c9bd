"""Reads about accounts, identities and profiles."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from kring.core.errors import NotFound
from kring.core.html import clean_text
from kring.core.prepared import Prepared, columns_of
from kring.members.audience import Closeness, audiences_of, sections_for
from kring.members.models import (
    Account,
    Community,
    Education,
    Identity,
    Kind,
    Position,
    ProfileLink,
    Section,
    Skill,
    SpokenLanguage,
)

_HANDLE = re.compile(r"@?([A-Za-z0-9_.-]{1,40})(?:@([A-Za-z0-9.:-]{1,253}))?")
_EXTERNAL = re.compile(r"[a-z]{2,20}:\S{1,60}")
_SECTION_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody sees of a profile, empty where it is not for them; newest jobs first.

    sections: those that are for them, empty or not
    """

    id: int
    handle: str
    domain: str
    kind: str
    name: str
    created_at: datetime
    is_sample: bool
    hide_from_search_engines: bool
    sections: frozenset[Section]
    headline: str = ""
    portrait_id: int | None = None
    city: str = ""
    pronouns: str = ""
    about_html: str = ""
    uses_network_for: str = ""
    positions: Sequence[Position] = ()
    education: Sequence[Education] = ()
    skills: Sequence[Skill] = ()
    languages: Sequence[SpokenLanguage] = ()
    links: Sequence[ProfileLink] = ()


def identity_by_handle(text: str) -> Identity:
    """Whose handle this is or was: `ada`, `@ada`, `@ada@other.example`, or an id like `ldbc:933`.

    Suspended and deleted identities are found too: whether one may see them is
    `posts.visibility`'s answer. 1 query, 2 for a handle that nobody has now. Raises NotFound.
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
        if found is None and not domain:
            found = Identity.objects.filter(former_handles__handle=handle.lower()).first()
    if found is None or found.kind == Kind.NOBODY:
        raise NotFound(_("There is nobody by that name here."), code="identity")
    return found


def profile_of(identity: Identity, seen_from: Closeness) -> Profile:
    """Everything that a profile page says to somebody so close. 6 queries at most.

    Raises NotFound when not even the card is for them.
    """
    sections = sections_for(seen_from, audiences_of(identity))
    if not sections:
        raise NotFound(_("There is nobody by that name here."), code="identity")
    texts: dict[str, Any] = {
        name: getattr(identity, name) for name, of in _TEXTS.items() if of in sections
    }
    lists: dict[str, Any] = {
        str(of): list(rows(identity)[:_SECTION_LIMIT])
        for of, rows in _ROWS.items()
        if of in sections
    }
    return Profile(
        id=identity.pk,
        handle=identity.handle,
        domain=identity.domain,
        kind=identity.kind,
        name=identity.name,
        created_at=identity.created_at,
        is_sample=identity.is_sample,
        hide_from_search_engines=identity.hide_from_search_engines,
        sections=sections,
        **texts,
        **lists,
    )


_TEXTS = {
    "headline": Section.CARD,
    "portrait_id": Section.CARD,
    "city": Section.PERSONAL,
    "pronouns": Section.PERSONAL,
    "about_html": Section.ABOUT,
    "uses_network_for": Section.USE,
}
_ROWS: dict[Section, Callable[[Identity], QuerySet[Any]]] = {
    Section.POSITIONS: lambda one: one.positions.select_related("organisation").order_by(
        F("to_year").desc(nulls_first=True), F("from_year").desc(nulls_last=True), "id"
    ),
    Section.EDUCATION: lambda one: one.education.select_related("school").order_by(
        F("year").desc(nulls_last=True), "id"
    ),
    Section.SKILLS: lambda one: one.skills.order_by("id"),
    Section.LANGUAGES: lambda one: one.languages.order_by("id"),
    Section.LINKS: lambda one: one.links.order_by("id"),
}


def identities(ids: Collection[int]) -> dict[int, Identity]:
    """These identities by id; unknown ids are left out. 1 query."""
    return Identity.objects.in_bulk(list(ids)) if ids else {}


_ACCOUNT, _IDENTITY = columns_of(Account), columns_of(Identity)
_WHO = Prepared(
    lambda pk: Account.objects.filter(pk=pk).values_list(
        *_ACCOUNT, *(f"identity__{column}" for column in _IDENTITY)
    )
)


def person_of(account: Account) -> Identity | None:
    """Who speaks when this account signs in. 1 query at most, none after `account_of`."""
    return getattr(account, "identity", None)


def account_of(account_id: int) -> Account | None:
    """The account with this id and its person, whether it may sign in or not. 1 query."""
    for row in _WHO.rows(account_id):
        account = Account.from_db(DEFAULT_DB_ALIAS, _ACCOUNT, row[: len(_ACCOUNT)])
        if row[len(_ACCOUNT)] is not None:
            person = Identity.from_db(DEFAULT_DB_ALIAS, _IDENTITY, row[len(_ACCOUNT) :])
            account.identity = person
        return account
    return None


def community_name() -> str:
    """What the community calls itself. 1 query."""
    return (Community.objects.filter(pk=1).first() or Community()).name
