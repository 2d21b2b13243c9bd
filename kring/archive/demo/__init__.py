"""Grows the demo community from the packaged content: everything but the texts comes of a seed.

The same seed, number of members and `now` give the same community. It is written in one
transaction: there is a whole demo or none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from kring.archive import store
from kring.archive.demo import people, times
from kring.archive.demo.behaviour import Audience, Doings, behave
from kring.archive.demo.content import Content, Member, content
from kring.archive.demo.people import Cast
from kring.archive.demo.ties import Ints, Population, grow
from kring.archive.demo.writing import Piece, Published, Writer
from kring.archive.store import Progress, Run
from kring.core.errors import Invalid
from kring.feed.log import ActRow, append_acts
from kring.feed.models import LoggedAct
from kring.members.models import Community
from kring.network.models import Connection, Follow
from kring.posts.models import Bookmark, Reaction

SAMPLE = "demo"
NAME = "Vakgroep Pensioen"
MOST_MEMBERS = 5_000
# How long before the first post the first member joined, and until when the last one did.
JOINING = timedelta(days=400)
LAST_JOINED = timedelta(days=10)


def check(members: int | None) -> int:
    """How many members the demo gets. Raises Invalid for fewer than the content has."""
    packed = len(content().members)
    if members is not None and not packed <= members <= MOST_MEMBERS:
        raise Invalid(
            _("A demo community has %(least)d to %(most)d members.")
            % {"least": packed, "most": MOST_MEMBERS}
        )
    return members or packed


def is_here() -> bool:
    return Community.objects.filter(sample=SAMPLE).exists()


def build_demo(*, members: int | None, seed: int, now: datetime, progress: Progress) -> Run:
    """Build the demo unless it is here already.

    Raises Invalid for a number of members it cannot have, and Conflict where others' data is.
    """
    count = check(members)
    run = Run(progress)
    if is_here():
        return run
    with transaction.atomic():
        store.begin(sample=SAMPLE, name=NAME, force=False)
        _Builder(run, count, now=now, rng=np.random.default_rng(seed)).build()
        store.finish(source=SAMPLE, now=now)
    return run


class _Builder:
    def __init__(self, run: Run, count: int, *, now: datetime, rng: np.random.Generator) -> None:
        # Whole milliseconds: ids carry no more.
        self._now = times.whole_ms(now)
        self._run, self._count, self._rng = run, count, rng
        self._content = content()

    def build(self) -> None:
        packed = self._content.members
        readers = people.quiet_members(self._content, self._count - len(packed), self._rng)
        members = [*packed, *readers]
        order, pairs = grow(_population(self._content, members), self._rng)
        joined = self._joined(order)
        opened = min(joined) - timedelta(days=30)
        cast = people.write_people(self._content, members, joined, opened=opened)
        self._tell("members", len(members))
        heard = self._write_ties(cast, joined, pairs)
        published = Writer(self._content, cast, now=self._now, rng=self._rng).write()
        self._tell("posts", len(published.pieces))
        self._tell("comments", len(published.said))
        doings = behave(published, Audience(cast, heard), now=self._now, rng=self._rng)
        self._write_doings(cast, published, doings)

    def _tell(self, what: str, number: int) -> None:
        self._run.added[what] = number
        self._run.progress(what, number, True)

    def _joined(self, order: Ints) -> list[datetime]:
        first = times.first_day(self._now) - JOINING
        span = JOINING - LAST_JOINED
        joined = [first] * len(order)
        for place, number in enumerate(order.tolist()):
            joined[number] = times.whole_ms(first + span * (place / len(order)))
        return joined

    def _write_ties(self, cast: Cast, joined: list[datetime], pairs: Ints) -> list[set[int]]:
        """Connections and follows; returns, for each member, who hears of what they do."""
        heard: list[set[int]] = [set() for _member in cast.members]
        sides = []
        lags = self._rng.exponential(6.0, len(pairs)).tolist()
        for (one, other), days in zip(pairs.tolist(), lags, strict=True):
            met = max(joined[one], joined[other]) + timedelta(hours=1, days=days)
            since = times.whole_ms(min(met, self._now - timedelta(hours=1)))
            heard[one].add(other)
            heard[other].add(one)
            for owner, partner in ((one, other), (other, one)):
                sides.append(
                    Connection(owner_id=cast.ids[owner], other_id=cast.ids[partner], since=since)
                )
        Connection.objects.bulk_create(sides)
        follows = self._follows(cast, joined, heard)
        Follow.objects.bulk_create(follows)
        self._tell("connections", len(pairs))
        self._tell("follows", len(follows))
        return heard

    def _follows(self, cast: Cast, joined: list[datetime], heard: list[set[int]]) -> list[Follow]:
        """Everyone follows their employer's page and some others; keen readers, some talkers."""
        pages = list(cast.pages.values())
        fame = 1.0 / np.arange(1, len(pages) + 1)
        talk = np.array([max(member.traits.talkative, 0.0) ** 3 for member in cast.members])
        follows = []
        for number, member in enumerate(cast.members):
            some = self._rng.choice(pages, int(self._rng.integers(0, 5)), p=fame / fame.sum())
            chosen = dict.fromkeys([cast.pages[member.organisation], *some.tolist()])
            keen = int(self._rng.poisson(3.0 * member.traits.reader))
            for other in self._rng.choice(len(talk), keen, p=talk / talk.sum()).tolist():
                if other != number and other not in heard[number]:
                    heard[other].add(number)
                    chosen[cast.ids[other]] = None
            since = times.whole_ms(joined[number] + timedelta(hours=2))
            follows += [
                Follow(follower_id=cast.ids[number], followed_id=page, since=since)
                for page in chosen
            ]
        return follows

    def _write_doings(self, cast: Cast, published: Published, doings: Doings) -> None:
        pieces = {piece.id: piece for piece in published.pieces}
        ids = store.backdated(Reaction, [did.at for did in doings.reactions])
        Reaction.objects.bulk_create(
            [
                Reaction(
                    id=id_,
                    post_id=did.on,
                    by_id=cast.ids[did.by],
                    kind=did.kind,
                    via_id=did.via,
                    created_at=did.at,
                )
                for id_, did in zip(ids, doings.reactions, strict=True)
            ]
        )
        self._tell("reactions", len(ids))
        ids = store.backdated(Bookmark, [did.at for did in doings.bookmarks])
        Bookmark.objects.bulk_create(
            [
                Bookmark(id=id_, post_id=did.on, by_id=cast.ids[did.by], created_at=did.at)
                for id_, did in zip(ids, doings.bookmarks, strict=True)
            ]
        )
        self._tell("bookmarks", len(ids))
        self._write_reads(cast, pieces, doings)

    def _write_reads(self, cast: Cast, pieces: dict[int, Piece], doings: Doings) -> None:
        ids = store.backdated(LoggedAct, [did.at for did in doings.reads])
        append_acts(
            ActRow(
                id=id_,
                actor_identity_id=cast.ids[did.by],
                kind="read",
                subject_id=did.on,
                towards_identity_id=cast.ids[pieces[did.on].author],
            )
            for id_, did in zip(ids, doings.reads, strict=True)
        )
        self._tell("reads", len(ids))


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
    present = {entry.id: {numbers[entry.author]} for entry in content.entries}
    for remark in content.remarks:
        present[remark.post].add(numbers[remark.author])
    met = np.zeros((len(content.members), len(content.members)))
    for together in present.values():
        chosen = np.array(sorted(together))
        met[np.ix_(chosen, chosen)] += 1.0
    employer = np.array([pages[member.organisation] for member in members], dtype=np.int64)
    return Population(employer, worked, interests, met)
