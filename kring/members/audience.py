"""THE answer to "which parts of this profile are for them", for pages, search, print and pictures.

Somebody stands in one of four places (`Closeness`), and sees the sections shown to that place or
one further away. Without a choice of the person's own, the card is for everyone on the web and the
rest for members; of an organisation everything is for everyone. The card is for members at least:
who is here has a name for those who are here. Whoever shows their card to members alone has no
profile on the web at all, whatever else they chose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.prepared import Prepared
from kring.members.models import Identity, Section, SectionAudience, ShownTo


class Closeness(IntEnum):
    """Where somebody stands to a profile's owner, the furthest first."""

    ANYBODY = 0
    MEMBER = 1
    CONNECTION = 2
    SELF = 3


_NEEDED = {
    ShownTo.PUBLIC: Closeness.ANYBODY,
    ShownTo.MEMBERS: Closeness.MEMBER,
    ShownTo.CONNECTIONS: Closeness.CONNECTION,
}


def audiences_of(identity: Identity) -> dict[Section, ShownTo]:
    """Whom each section is shown to, in the order of a profile. 1 query."""
    chosen = dict(
        SectionAudience.objects.filter(identity=identity).values_list("section", "shown_to")
    )
    otherwise = ShownTo.PUBLIC if identity.is_organisation else ShownTo.MEMBERS
    usual = dict.fromkeys(Section, otherwise) | {Section.CARD: ShownTo.PUBLIC}
    return {section: ShownTo(chosen.get(section, usual[section])) for section in Section}


def sections_for(closeness: Closeness, audiences: Mapping[Section, ShownTo]) -> frozenset[Section]:
    """The sections that somebody so close sees; none when not even the card is for them."""
    seen = {section for section, to in audiences.items() if closeness >= _NEEDED[to]}
    return frozenset(seen) if Section.CARD in seen else frozenset()


def keeping(section: Section) -> QuerySet[SectionAudience, Any]:
    """The ids of those who show this section to their connections alone."""
    kept = SectionAudience.objects.filter(section=section, shown_to=ShownTo.CONNECTIONS)
    return kept.values("identity_id")


def off_the_web() -> QuerySet[SectionAudience, Any]:
    """The ids of those whose card is not for everyone on the web."""
    kept = SectionAudience.objects.filter(section=Section.CARD).exclude(shown_to=ShownTo.PUBLIC)
    return kept.values("identity_id")


def on_the_web() -> Q:
    """A condition on Identity: its card is for everyone on the web."""
    return ~Q(pk__in=off_the_web())


_KEPT = Prepared(
    lambda ids: SectionAudience.objects.filter(
        identity__in=ids, shown_to=ShownTo.CONNECTIONS
    ).values_list("identity_id", "section")
)


def kept_from_members(ids: Collection[int]) -> set[tuple[int, str]]:
    """(identity, section) of what these identities do not show to all members. 1 query."""
    return {(id_, section) for id_, section in _KEPT.rows(ids)}


def set_audiences(identity: Identity, chosen: Mapping[str, str]) -> bool:
    """Keep whom sections are shown to; says whether anything changed. 2 queries and 1 a change.

    Raises Invalid for a section, an audience or a pair of them that there is not.
    """
    now = audiences_of(identity)
    changed = False
    for section, to in chosen.items():
        if section not in Section.values or to not in audiences_to_choose(section):
            raise Invalid(_("Choose one of the ways that are shown."), field="shown_to")
        if now[Section(section)] != to:
            changed = True
            SectionAudience.objects.update_or_create(
                identity=identity, section=section, defaults={"shown_to": to}
            )
    return changed


def audiences_to_choose(section: str) -> tuple[ShownTo, ...]:
    """Whom this section can be shown to, the widest first."""
    wide = (ShownTo.PUBLIC, ShownTo.MEMBERS)
    return wide if section == Section.CARD else (*wide, ShownTo.CONNECTIONS)
