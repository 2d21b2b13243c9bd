"""Members beyond those of the content: quiet readers, who have a profile and write nothing."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
import numpy as np

from kring.archive.demo.content import Content, Job, Member, PostingStyle, Traits

# The last who joined: knows nobody yet, has not said who they are, and is one of those whom a
# visitor can be. Signing up, they named some topics and followed some of those whom many follow.
NEWCOMER = "newcomer"
NEWCOMER_TOPICS = ("communicatie", "klantenservice", "klare-taal", "vak", "wtp")
NEWCOMER_FOLLOWS = 6
LEAST_READING, HABIT = 0.05, (1.3, 2.0)
_INTRODUCED, _STUDIED, _WORKED_BEFORE, _SPEAKS_ENGLISH = 0.45, 0.55, 0.5, 0.7


class Names(msgspec.Struct, frozen=True):
    """First and last names that go together. share: of the readers, those who have them."""

    share: float
    first: list[str]
    last: list[str]


class Profiles(msgspec.Struct, frozen=True):
    """headlines: each is given once; further readers are `roles` `about` something."""

    names: list[Names]
    headlines: list[str]
    roles: list[str]
    about: list[str]
    introductions: list[str]
    schools: list[str]


@cache
def profiles() -> Profiles:
    file = resources.files(__package__ or "").joinpath("readers.json")
    return msgspec.json.decode(file.read_bytes(), type=Profiles)


def quiet_members(content: Content, count: int, rng: np.random.Generator) -> list[Member]:
    """So many people who only read; the last one is the newcomer."""
    known = profiles()
    names = _names(count, {member.name for member in content.members}, rng)
    headlines = _headlines(count, rng)
    introductions = [known.introductions[n] for n in rng.permutation(len(known.introductions))]
    readers = []
    for number, (name, headline) in enumerate(zip(names, headlines, strict=True)):
        introduced = introductions and rng.random() < _INTRODUCED
        about = introductions.pop() if introduced else ""
        readers.append(_reader(content, f"quiet-{number + 1}", (name, headline, about), rng))
    return [*readers[:-1], _newcomer(readers[-1])] if readers else []


def _reader(
    content: Content, id_: str, said: tuple[str, str, str], rng: np.random.Generator
) -> Member:
    known, organisations = profiles(), content.organisations
    name, headline, about = said
    # Most people work where many do.
    weight = 1.0 / np.arange(1, len(organisations) + 1) ** 0.6
    organisation = organisations[int(rng.choice(len(organisations), p=weight / weight.sum()))]
    # Of those whose headline is a sentence, it says more than a title would.
    role = headline.partition("; ")[0]
    role = role if role in known.roles else ""
    since = int(rng.integers(2004, 2025))
    jobs = [Job(role, since, organisation=organisation.id)]
    if rng.random() < _WORKED_BEFORE:
        before = organisations[int(rng.integers(len(organisations)))]
        earlier = known.roles[int(rng.integers(len(known.roles)))]
        jobs.append(Job(earlier, since - int(rng.integers(2, 9)), since, before.id))
    subjects = [subject.id for subject in content.subjects]
    chosen = rng.choice(len(subjects), size=int(rng.integers(1, 6)), replace=False)
    school = known.schools[int(rng.integers(len(known.schools)))]
    reading = LEAST_READING + (1.0 - LEAST_READING) * float(rng.beta(*HABIT))
    return Member(
        id=id_,
        name=name,
        headline=headline,
        about=about,
        organisation=organisation.id,
        city=organisation.city,
        positions=jobs,
        education=[school] if rng.random() < _STUDIED else [],
        skills=[],
        languages=["nl", "en"] if rng.random() < _SPEAKS_ENGLISH else ["nl"],
        interests=[subjects[index] for index in sorted(chosen.tolist())],
        traits=Traits(0.0, round(reading, 2), round(float(rng.uniform(0.0, 0.8)), 2)),
        posting_style=PostingStyle(int(rng.choice([7, 8, 9, 10, 12, 13, 16, 20, 21]))),
    )


def _newcomer(reader: Member) -> Member:
    return msgspec.structs.replace(
        reader,
        id=NEWCOMER,
        headline="",
        about="",
        interests=list(NEWCOMER_TOPICS),
        languages=["nl", "en"],
        traits=Traits(0.0, LEAST_READING, 0.0),
    )


def _names(count: int, taken: set[str], rng: np.random.Generator) -> list[str]:
    groups = profiles().names
    shares = np.array([group.share for group in groups])
    names: list[str] = []
    while len(names) < count:
        group = groups[int(rng.choice(len(groups), p=shares / shares.sum()))]
        first = group.first[int(rng.integers(len(group.first)))]
        last = group.last[int(rng.integers(len(group.last)))]
        name = f"{first} {last}"
        # Of thousands some are called alike, as everywhere; of a few hundred nobody is.
        if name not in taken or len(names) > 1_000:
            taken.add(name)
            names.append(name)
    return names


def _headlines(count: int, rng: np.random.Generator) -> list[str]:
    """The written ones in any order, then roles and what they are about."""
    known = profiles()
    written = [known.headlines[number] for number in rng.permutation(len(known.headlines))]
    pairs = len(known.roles) * len(known.about)
    more = []
    for number in rng.permutation(pairs)[: max(0, count - len(written))].tolist():
        role, about = divmod(number, len(known.about))
        more.append(f"{known.roles[role]}; {known.about[about]}")
    # There are people without any, too.
    return [*written, *more, *[""] * count][:count]
