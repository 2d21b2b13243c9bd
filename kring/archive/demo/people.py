"""The demo's organisations, topics and members, as rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kring.archive import store
from kring.archive.demo.content import Content, Job, Member
from kring.core.html import render_markdown
from kring.members.handles import free_handles
from kring.members.models import Education, Identity, Kind, Position, Skill, SpokenLanguage
from kring.network.models import Membership
from kring.posts.models import TopicFollow
from kring.posts.text import fold_topic

_LANGUAGE = re.compile(r"([a-z]{2,3})(?: \((.+)\))?")


@dataclass(frozen=True)
class Cast:
    """Who is in the demo: members in order (those of the content first), and ids by their name.

    since: when each member joined
    """

    members: list[Member]
    ids: list[int]
    since: list[datetime]
    pages: dict[str, int]
    topics: dict[str, int]

    def number(self) -> dict[str, int]:
        return {member.id: number for number, member in enumerate(self.members)}


def write_people(
    content: Content, members: Sequence[Member], joined: Sequence[datetime], *, opened: datetime
) -> Cast:
    """Create pages, topics and members with their profiles. `joined` is parallel to `members`."""
    topics = store.ensure_topics(
        {
            fold_topic(subject.id): (subject.label["en"], subject.label["nl"])
            for subject in content.subjects
        }
    )
    pages = _write_pages(content, opened)
    ids = _write_members(members, joined)
    cast = Cast(list(members), ids, list(joined), pages, topics)
    _write_sections(content, cast, joined)
    return cast


def _write_pages(content: Content, opened: datetime) -> dict[str, int]:
    organisations = content.organisations
    ids = store.backdated(Identity, [opened] * len(organisations))
    handles = free_handles([organisation.id for organisation in organisations])
    Identity.objects.bulk_create(
        [
            Identity(
                id=id_,
                kind=Kind.PAGE,
                handle=handle,
                name=organisation.name,
                headline=f"{organisation.kind.capitalize()} · {organisation.size}",
                about="\n\n".join(organisation.description.values()),
                about_html=render_markdown("\n\n".join(organisation.description.values())),
                city=organisation.city,
                external_id=f"demo-org:{organisation.id}",
                is_sample=True,
                created_at=opened,
            )
            for id_, handle, organisation in zip(ids, handles, organisations, strict=True)
        ]
    )
    return {organisation.id: id_ for organisation, id_ in zip(organisations, ids, strict=True)}


def _write_members(members: Sequence[Member], joined: Sequence[datetime]) -> list[int]:
    ids = store.backdated(Identity, joined)
    # The content's people mention each other by their short names; these are their handles.
    handles = free_handles(
        [member.name if member.id.startswith("quiet-") else member.id for member in members]
    )
    Identity.objects.bulk_create(
        [
            Identity(
                id=id_,
                kind=Kind.PERSON,
                handle=handle,
                name=member.name,
                headline=member.headline,
                about=member.about,
                about_html=render_markdown(member.about) if member.about else "",
                city=member.city,
                pronouns=member.pronouns or "",
                uses_network_for=member.uses_network_for,
                external_id=f"demo:{member.id}",
                is_sample=True,
                created_at=since,
            )
            for id_, handle, member, since in zip(ids, handles, members, joined, strict=True)
        ]
    )
    return ids


def _write_sections(content: Content, cast: Cast, joined: Sequence[datetime]) -> None:
    names = {organisation.id: organisation.name for organisation in content.organisations}
    positions: list[Position] = []
    education: list[Education] = []
    skills: list[Skill] = []
    languages: list[SpokenLanguage] = []
    interests: list[TopicFollow] = []
    memberships: list[Membership] = []
    for id_, member, since in zip(cast.ids, cast.members, joined, strict=True):
        positions += [_position(id_, job, cast.pages, names) for job in member.positions]
        education += [_education(id_, text) for text in member.education]
        skills += [
            Skill(identity_id=id_, name=name)
            for name in {skill.lower(): skill for skill in member.skills}.values()
        ]
        languages += _languages(id_, member.languages)
        interests += [
            TopicFollow(identity_id=id_, topic_id=cast.topics[fold_topic(topic)], since=since)
            for topic in dict.fromkeys(member.interests)
        ]
        memberships.append(
            Membership(member_id=id_, of_id=cast.pages[member.organisation], since=since)
        )
    Position.objects.bulk_create(positions)
    Education.objects.bulk_create(education)
    Skill.objects.bulk_create(skills)
    SpokenLanguage.objects.bulk_create(languages)
    TopicFollow.objects.bulk_create(interests)
    Membership.objects.bulk_create(memberships)


def _position(id_: int, job: Job, pages: dict[str, int], names: dict[str, str]) -> Position:
    page = job.organisation or ""
    return Position(
        identity_id=id_,
        title=job.title,
        organisation_id=pages.get(page),
        organisation_name=names.get(page) or job.employer or page,
        from_year=job.from_year,
        to_year=job.to_year,
    )


def _education(id_: int, text: str) -> Education:
    """`HBO Informatica, Leeuwarden` names a degree and where; without a comma only what."""
    what, _comma, where = text.rpartition(", ")
    return Education(identity_id=id_, degree=what, school_name=where)


def _languages(id_: int, texts: list[str]) -> list[SpokenLanguage]:
    spoken = {}
    for text in texts:
        match = _LANGUAGE.fullmatch(text)
        if match:
            spoken[match[1]] = match[2] or ""
    return [
        SpokenLanguage(identity_id=id_, code=code, level=level) for code, level in spoken.items()
    ]
