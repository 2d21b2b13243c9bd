"""The parts of a profile page, in order, and what an empty one asks of its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kring.members.models import Identity, Kind, Section, ShownTo
from kring.members.queries import Profile
from kring.posts.visibility import identity_visible

ICONS = {ShownTo.PUBLIC: "globe", ShownTo.MEMBERS: "users-round", ShownTo.CONNECTIONS: "lock"}


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its heading. `prompt` is for its owner alone, who sees empty ones too."""

    section: str
    title: str
    is_empty: bool
    prompt: str = ""
    shown_to: str = ""
    icon: str = ""

    @property
    def template(self) -> str:
        return f"profile/_{self.section}.html"


def parts_of(
    profile: Profile, audiences: Mapping[Section, ShownTo] | None = None
) -> dict[str, Part]:
    """The parts to be shown, by section; with `audiences`, all of them as their owner sees them."""
    found = {}
    for section in Section:
        said = _said(profile, section)
        if audiences is None and (not said or section == Section.PERSONAL):
            continue
        to = audiences[section] if audiences is not None else None
        found[section.value] = Part(
            section=section.value,
            title=title_of(section, profile),
            is_empty=not said,
            prompt=_prompt(section) if audiences is not None else "",
            shown_to=str(to.label) if to else "",
            icon=ICONS[to] if to else "",
        )
    return found


def pages_seen(viewer_id: int | None, profile: Profile) -> set[int]:
    """The organisations and schools of a profile that the viewer may see. 1 query at most."""
    ids = [*(job.organisation_id for job in profile.positions)]
    ids += [study.school_id for study in profile.education]
    named = [id_ for id_ in ids if id_ is not None]
    if not named:
        return set()
    seen = Identity.objects.filter(identity_visible(viewer_id), pk__in=named)
    return set(seen.values_list("pk", flat=True))


def title_of(section: Section, profile: Profile) -> str:
    if section == Section.USE and profile.kind != Kind.PERSON:
        return _("What we use the network for")
    return str(section.label)


def _said(profile: Profile, section: Section) -> bool:
    texts = {
        Section.CARD: profile.name,
        Section.PERSONAL: profile.city or profile.pronouns,
        Section.ABOUT: profile.about_html,
        Section.USE: profile.uses_network_for,
    }
    return bool(texts[section] if section in texts else getattr(profile, section.value))


def _prompt(section: Section) -> str:
    prompts = {
        Section.PERSONAL: _("Where can people meet you for a coffee?"),
        Section.ABOUT: _("What would you tell somebody who sits down next to you?"),
        Section.USE: _("What would make being here worth your time? Others read it first."),
        Section.POSITIONS: _("Where do you work, and where did you learn it?"),
        Section.EDUCATION: _("What did you learn, at a school or in the evenings?"),
        Section.SKILLS: _("What may people ask you about?"),
        Section.LANGUAGES: _("Which languages can people write to you in?"),
        Section.LINKS: _("Where else are you on the web?"),
    }
    return prompts.get(section, "")
