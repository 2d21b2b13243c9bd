"""Grows the demo community from the packaged content: everything but the texts comes of a seed.

The same seed, numbers of members and weeks, and `now` give the same community. It is written in
one transaction: there is a whole demo or none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from kring.archive import store
from kring.archive.demo import desks, gallery, people, readers, records, times
from kring.archive.demo.behaviour import behave
from kring.archive.demo.content import Content, Member, content
from kring.archive.demo.people import Cast
from kring.archive.demo.reset import clear
from kring.archive.demo.ties import Pair, Population, grow
from kring.archive.demo.times import Schedule
from kring.archive.demo.writing import Writer
from kring.archive.store import Progress, Run
from kring.core.errors import Invalid
from kring.members.community import Face, set_face
from kring.members.models import Community
from kring.network.models import Connection, Follow

SAMPLE = "demo"
MEMBERS, MOST_MEMBERS = 300, 5_000
WEEKS, LEAST_WEEKS, MOST_WEEKS = 12, 4, 52
# Of those who only read, how many were here before the first post.
EARLY_READERS = 0.4
# Busy hours between the moment two people could meet here and the one they connected.
CONNECTED_AFTER = 20.0


def check(members: int, weeks: int = WEEKS) -> None:
    """Raises Invalid for fewer members than the content has, with one who is new, and more than
    there may be; and for weeks likewise."""
    least = len(content().members) + 1
    if not least <= members <= MOST_MEMBERS:
        raise Invalid(
            _("A demo community has %(least)d to %(most)d members.")
            % {"least": least, "most": MOST_MEMBERS}
        )
    if not LEAST_WEEKS <= weeks <= MOST_WEEKS:
        raise Invalid(
            _("A demo community is %(least)d to %(most)d weeks old.")
            % {"least": LEAST_WEEKS, "most": MOST_WEEKS}
        )


def is_here() -> bool:
    return Community.objects.filter(sample=SAMPLE).exists()


def build_demo(
    *,
    seed: int,
    now: datetime,
    progress: Progress,
    members: int = MEMBERS,
    weeks: int = WEEKS,
    anew: bool = False,
) -> Run:
    """Build the demo unless it is here already.

    anew: clear away the one that is here, with what visitors did in it
    Raises Invalid for numbers that it cannot have, and Conflict where others' data is.
    """
    check(members, weeks)
    run = Run(progress)
    if is_here() and not anew:
        return run
    with transaction.atomic():
        if is_here():
            clear()
        face = content().face
        store.begin(sample=SAMPLE, name=face.name, force=False)
        set_face(Face(face.name, face.tagline, "\n".join(face.rules)))
        _Builder(run, members, weeks=weeks, now=now, rng=np.random.default_rng(seed)).build()
        store.finish(source=SAMPLE, now=now)
    return run


class _Builder:
    def __init__(
        self, run: Run, count: int, *, weeks: int, now: datetime, rng: np.random.Generator
    ) -> None:
        # Whole milliseconds: ids carry no more.
        self._now = times.whole_ms(now)
        self._run, self._rng, self._content = run, rng, content()
        packed = self._content.members
        quiet = readers.quiet_members(self._content, count - len(packed), rng)
        self._members = [*packed, *quiet]
        self._number = {member.id: number for number, member in enumerate(self._members)}
        self._schedule = times.schedule(self._content, weeks=weeks, now=self._now, rng=rng)

    def build(self) -> None:
        joined = self._joined()
        opened = min(joined) - timedelta(days=3)
        cast = people.write_people(self._content, self._members, joined, opened=opened)
        self._tell("members", len(cast.members))
        heard = self._write_ties(cast)
        published = Writer(self._content, cast, self._schedule).write()
        self._tell("posts", len(published.pieces))
        self._tell("comments", len(published.said))
        calendar = self._schedule.calendar
        drawn = gallery.hang(self._content, cast, self._schedule, rng=self._rng)
        self._tell("pictures", drawn)
        doings = behave(published, cast, heard, calendar=calendar, rng=self._rng)
        records.write_doings(cast, published, doings, now=self._now, tell=self._tell)
        desks.lay_out(self._content, cast, self._schedule, now=self._now)

    def _tell(self, what: str, number: int) -> None:
        self._run.added[what] = number
        self._run.progress(what, number, True)

    def _joined(self) -> list[datetime]:
        """Who writes joined before their first words; of the others, more and more come along."""
        calendar, rng = self._schedule.calendar, self._rng
        opened, first = calendar.busy(calendar.start), calendar.busy(self._schedule.first)
        end = calendar.busy(calendar.end)
        latest = _first_words(self._content, self._schedule)
        joined = []
        for member in self._members:
            until = calendar.busy(latest[member.id]) - 2.0 if member.id in latest else first
            if member.id not in latest and rng.random() > EARLY_READERS:
                opened_for, until = first, end - 12.0
            else:
                opened_for = opened
            at = opened_for + (until - opened_for) * float(rng.uniform()) ** 1.7
            joined.append(calendar.at(at))
        joined[self._number[readers.NEWCOMER]] = self._schedule.yesterday
        return joined

    def _write_ties(self, cast: Cast) -> list[set[int]]:
        """Connections and follows; returns, for each member, who hears of what they do."""
        pairs = self._pairs(cast)
        calendar = self._schedule.calendar
        asked = self._asked()
        heard: list[set[int]] = [set() for _member in cast.members]
        sides = []
        lags = self._rng.exponential(CONNECTED_AFTER, len(pairs)).tolist()
        for (one, other), lag in zip(pairs, lags, strict=True):
            met = max(
                cast.since[one], cast.since[other], asked.get(_pair(one, other), calendar.start)
            )
            since = calendar.after(met, 1.0 + lag)
            heard[one].add(other)
            heard[other].add(one)
            for owner, partner in ((one, other), (other, one)):
                sides.append(
                    Connection(owner_id=cast.ids[owner], other_id=cast.ids[partner], since=since)
                )
        Connection.objects.bulk_create(sides)
        follows = self._follows(cast, heard)
        Follow.objects.bulk_create(follows)
        self._tell("connections", len(pairs))
        self._tell("follows", len(follows))
        return heard

    def _pairs(self, cast: Cast) -> list[Pair]:
        """Who knows whom. Invitations of the content are answered as it says."""
        # The newcomer has arrived just now and knows nobody.
        order = np.array(np.argsort([moment.timestamp() for moment in cast.since]), dtype=np.int64)
        known = order[order != self._number[readers.NEWCOMER]]
        answers: dict[bool, set[Pair]] = {True: set(), False: set()}
        for asked in self._content.invitations:
            pair = _pair(self._number[asked.sender], self._number[asked.to])
            answers[asked.accepted].add(pair)
        population = _population(self._content, self._members[:-1])
        # Whoever was turned down once and accepted another time is known.
        never = answers[False] - answers[True]
        return grow(population, known, self._rng, sure=answers[True], never=never)

    def _asked(self) -> dict[Pair, datetime]:
        """When those whom an invitation brought together had something to ask about."""
        return {
            _pair(self._number[asked.sender], self._number[asked.to]): self._schedule.entries[
                asked.context.post
            ]
            for asked in self._content.invitations
            if asked.accepted and asked.context.post is not None
        }

    def _follows(self, cast: Cast, heard: list[set[int]]) -> list[Follow]:
        """Everyone follows their employer's page and some others; keen readers, some talkers."""
        pages = list(cast.pages.values())
        popular = 1.0 / np.arange(1, len(pages) + 1)
        talk = np.array([max(member.traits.talkative, 0.0) ** 3 for member in cast.members])
        follows = []
        for number, member in enumerate(cast.members):
            some = self._rng.choice(pages, int(self._rng.integers(0, 5)), p=popular / popular.sum())
            chosen = dict.fromkeys([cast.pages[member.organisation], *some.tolist()])
            keen = int(self._rng.poisson(3.0 * member.traits.reader))
            for other in self._rng.choice(len(talk), keen, p=talk / talk.sum()).tolist():
                if other != number and other not in heard[number]:
                    heard[other].add(number)
                    chosen[cast.ids[other]] = None
            if member.id == readers.NEWCOMER:
                # By then everybody else has chosen, so it is known who is heard by many.
                fame = np.array([len(heard[other]) for other in range(number)]) * talk[:number]
                for other in np.argsort(-fame, kind="stable")[: readers.NEWCOMER_FOLLOWS].tolist():
                    heard[other].add(number)
                    chosen[cast.ids[other]] = None
            since = self._schedule.calendar.after(cast.since[number], 0.3)
            follows += [
                Follow(follower_id=cast.ids[number], followed_id=page, since=since)
                for page in chosen
            ]
        return follows


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _first_words(content: Content, schedule: Schedule) -> dict[str, datetime]:
    """When each member of the content wrote for the first time."""
    written = [(entry.author, schedule.entries[entry.id]) for entry in content.entries]
    written += [(remark.author, schedule.remarks[remark.id]) for remark in content.remarks]
    for sharing, moment in zip(content.sharings, schedule.sharings, strict=True):
        written.append((sharing.author, moment))
    first: dict[str, datetime] = {}
    for author, moment in written:
        first[author] = min(first.get(author, moment), moment)
    return first


def _population(content: Content, members: list[Member]) -> Population:
    pages = {organisation.id: place for place, organisation in enumerate(content.organisations)}
    subjects = {subject.id: place for place, subject in enumerate(content.subjects)}
    numbers = {member.id: number for number, member in enumerate(members)}
    worked = np.zeros((len(members), len(pages)))
    interests = np.zeros((len(members), len(subjects)))
    for number, member in enumerate(members):
        for page in (member.organisation, *(job.organisation for job in member.positions)):
            if page in pages:
                worked[number, pages[page]] = 1.0
        for topic in member.interests:
            interests[number, subjects[topic]] = 1.0
    employer = np.array([pages[member.organisation] for member in members], dtype=np.int64)
    talk = np.array([member.traits.talkative for member in members])
    return Population(employer, worked, interests, _met(content, numbers), talk)


def _met(content: Content, numbers: dict[str, int]) -> np.ndarray:
    """How many threads any two of the content's members took part in together."""
    present = {entry.id: {numbers[entry.author]} for entry in content.entries}
    for remark in content.remarks:
        present[remark.post].add(numbers[remark.author])
    met = np.zeros((len(content.members), len(content.members)))
    for together in present.values():
        chosen = np.array(sorted(together))
        met[np.ix_(chosen, chosen)] += 1.0
    return met
