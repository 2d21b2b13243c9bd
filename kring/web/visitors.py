"""Three people of the demo community whom a visitor can be, each with something to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kring.members.models import Identity, Role
from kring.web import pages

# By the name under which the demo's content has them.
NEWCOMER, BUSY, OWNER = "demo:newcomer", "demo:fatma", "demo:thijmen"


@dataclass(frozen=True, slots=True)
class Guide:
    """who: what one is, as this person; try_: what to try first."""

    who: str | Promise
    try_: str | Promise
    role: Role = Role.MEMBER


GUIDES = {
    NEWCOMER: Guide(
        _("New here: joined yesterday and knows nobody yet."),
        _("Take the first steps on Home: answer a question, say who you are."),
    ),
    BUSY: Guide(
        _("In the middle of it: nobody writes more here, and people answer."),
        _("Ask a post why you see it, turn the dials under Your feed, open Bookmarks."),
    ),
    OWNER: Guide(
        _("Runs this community."),
        _("Change name, rules and colour: Settings, The community."),
        Role.OWNER,
    ),
}


@dataclass(frozen=True, slots=True)
class Visitor:
    card: Any
    guide: Guide


def visitors() -> list[Visitor]:
    """Those of the three that are here, in order. 1 query."""
    people = Identity.objects.living().filter(is_sample=True, external_id__in=GUIDES)
    known = {person.external_id: person for person in people}
    return [Visitor(pages.author_card(known[id_]), GUIDES[id_]) for id_ in GUIDES if id_ in known]


def role_of(person: Identity) -> Role:
    """What a visitor may do who comes in as this sample person."""
    guide = GUIDES.get(person.external_id or "")
    return guide.role if guide else Role.MEMBER
