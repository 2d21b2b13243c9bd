"""The packaged content of the demo community, typed. Its schema is in README.md beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class Organisation(msgspec.Struct, frozen=True):
    id: str
    name: str
    kind: str
    city: str
    size: str
    description: dict[str, str]


class Subject(msgspec.Struct, frozen=True):
    """A topic: its hashtag and its label in each language."""

    id: str
    label: dict[str, str]


class Job(msgspec.Struct, frozen=True):
    title: str
    from_year: int | None = msgspec.field(name="from", default=None)
    to_year: int | None = msgspec.field(name="to", default=None)
    organisation: str | None = None
    employer: str | None = None


class Traits(msgspec.Struct, frozen=True):
    """How somebody behaves, each 0-1; drives what they do here, never a ranking."""

    talkative: float
    reader: float
    collector: float


class PostingStyle(msgspec.Struct, frozen=True):
    """hour: of the clock, at which somebody is mostly about"""

    hour: int


class Member(msgspec.Struct, frozen=True):
    id: str
    name: str
    headline: str
    about: str
    organisation: str
    city: str
    positions: list[Job]
    education: list[str]
    skills: list[str]
    languages: list[str]
    interests: list[str]
    traits: Traits
    posting_style: PostingStyle
    pronouns: str | None = None
    uses_network_for: str = ""


class Link(msgspec.Struct, frozen=True):
    url: str
    title: str


class Image(msgspec.Struct, frozen=True):
    kind: str
    alt: str


class Entry(msgspec.Struct, frozen=True):
    """A post. `quality` is the writer's judgement: an input of readers, never of a ranking."""

    id: str
    author: str
    lang: str
    goal: str
    topics: list[str]
    text: str
    quality: float
    day: int
    hour: int
    link: Link | None = None
    image: Image | None = None
    flaw: str = ""
    after: str | None = None
    copy_of: str | None = None


class Remark(msgspec.Struct, frozen=True):
    """A comment; `in_reply_to` is another comment, or None for the post itself."""

    post: str
    id: str
    author: str
    lang: str
    text: str
    helpful: bool
    in_reply_to: str | None = None


class Context(msgspec.Struct, frozen=True):
    """Where an invitation comes from; `post` where it was about one."""

    kind: str
    post: str | None = None


class Invitation(msgspec.Struct, frozen=True):
    sender: str = msgspec.field(name="from")
    to: str
    context: Context
    outcome: str

    @property
    def accepted(self) -> bool:
        return self.outcome.startswith("accepted")


class Sharing(msgspec.Struct, frozen=True):
    """A repost; `own_words` may be empty."""

    post: str
    author: str
    day_offset: int
    own_words: str
    lang: str | None = None


class Face(msgspec.Struct, frozen=True):
    """What the community says of itself. rules: one sentence each"""

    name: str
    tagline: str
    rules: list[str]


class Waiting(msgspec.Struct, frozen=True):
    """A post for later: on the first working day after so many days, at that hour."""

    days: int
    hour: int
    goal: str
    text: str


class Desk(msgspec.Struct, frozen=True):
    """What a visitor finds who comes in as this member: the posts kept, and those that wait."""

    member: str
    keeps: list[str]
    waits: list[Waiting]


@dataclass(frozen=True)
class Content:
    """remarks: of one post in the order in which they were made.

    since: of comments that tell of what was done since, the least number of days after
    """

    face: Face
    desks: list[Desk]
    organisations: list[Organisation]
    subjects: list[Subject]
    members: list[Member]
    entries: list[Entry]
    remarks: list[Remark]
    sharings: list[Sharing]
    invitations: list[Invitation]
    since: dict[str, int]


@cache
def content() -> Content:
    """Everything the demo is grown from; read once per process."""
    return Content(
        face=msgspec.json.decode(_read("face.json"), type=Face),
        desks=msgspec.json.decode(_read("desks.json"), type=list[Desk]),
        organisations=msgspec.json.decode(_read("organisations.json"), type=list[Organisation]),
        subjects=msgspec.json.decode(_read("topics.json"), type=list[Subject]),
        members=_lines("members.jsonl", Member),
        entries=[*_lines("posts.jsonl", Entry), *_lines("more_posts.jsonl", Entry)],
        remarks=_remarks(),
        sharings=_lines("reposts.jsonl", Sharing),
        invitations=_lines("invitations.jsonl", Invitation),
        since=msgspec.json.decode(_read("since.json"), type=dict[str, int]),
    )


def _remarks() -> list[Remark]:
    quiet = msgspec.json.decode(_read("quiet.json"), type=set[str])
    written = [*_lines("threads.jsonl", Remark), *_lines("more_threads.jsonl", Remark)]
    return [remark for remark in written if remark.post not in quiet]


def _read(name: str) -> bytes:
    return resources.files(__package__ or "").joinpath(name).read_bytes()


def _lines(name: str, of: type[S]) -> list[S]:
    return msgspec.json.Decoder(of).decode_lines(_read(name))
