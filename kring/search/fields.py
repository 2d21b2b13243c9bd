"""What every member may see of a profile: the only thing that search ever knows of anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from kring.core.prepared import Prepared
from kring.members.audience import kept_from_members
from kring.members.models import Identity, Kind, Position, Section, Skill, SpokenLanguage

FINDABLE = (Kind.PERSON, Kind.PAGE)
OF_A_SECTION = 100


@dataclass(frozen=True, slots=True)
class Job:
    """A position; `current` when it has not ended."""

    title: str
    company: str
    current: bool


@dataclass(frozen=True, slots=True)
class Fields:
    """An identity as every member may see it. `languages` are BCP 47 codes."""

    id: int
    kind: str
    handle: str
    domain: str
    name: str
    headline: str
    city: str
    skills: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    languages: tuple[str, ...] = ()


_IDENTITIES = Prepared(
    lambda ids: Identity.objects.filter(
        pk__in=ids,
        kind__in=FINDABLE,
        suspended_at__isnull=True,
        deleted_at__isnull=True,
    ).values_list("pk", "kind", "handle", "domain", "name", "headline", "city")
)
_SKILLS = Prepared(
    lambda ids: (
        Skill.objects.filter(identity__in=ids).order_by("pk").values_list("identity_id", "name")
    )
)
_JOBS = Prepared(
    lambda ids: (
        Position.objects.filter(identity__in=ids)
        .order_by("-from_year", "-pk")
        .values_list("identity_id", "title", "organisation_name", "to_year")
    )
)
_LANGUAGES = Prepared(
    lambda ids: (
        SpokenLanguage.objects.filter(identity__in=ids)
        .order_by("pk")
        .values_list("identity_id", "code")
    )
)


def visible_fields(ids: Collection[int]) -> dict[int, Fields]:
    """Those of these identities that can be found at all, with what all members may see. 5 queries.

    What somebody shows to their connections alone is not here, and so is in nobody's results:
    finding it would tell it.
    """
    kept = kept_from_members(ids)
    skills, jobs, languages = defaultdict(list), defaultdict(list), defaultdict(list)
    for id_, name in _SKILLS.rows(ids):
        if (id_, Section.SKILLS) not in kept:
            skills[id_].append(name)
    for id_, title, company, ended in _JOBS.rows(ids):
        if (id_, Section.POSITIONS) not in kept:
            jobs[id_].append(Job(title, company, ended is None))
    for id_, code in _LANGUAGES.rows(ids):
        if (id_, Section.LANGUAGES) not in kept:
            languages[id_].append(code)
    found = {}
    for id_, kind, handle, domain, name, headline, city in _IDENTITIES.rows(ids):
        found[id_] = Fields(
            id=id_,
            kind=kind,
            handle=handle,
            domain=domain,
            name=name,
            headline=headline,
            city=city if (id_, Section.PERSONAL) not in kept else "",
            skills=tuple(skills[id_][:OF_A_SECTION]),
            jobs=tuple(jobs[id_][:OF_A_SECTION]),
            languages=tuple(languages[id_][:OF_A_SECTION]),
        )
    return found
