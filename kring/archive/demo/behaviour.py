"""What the demo's members do with what they see: a model of their behaviour, with a seed.

Everybody visits now and then, some many times a day and most once in a while. On a visit they look
at some of what is new: through its author, through somebody who responded, by its topics, or by
chance. Of what they saw they read some, by habit, interest and how good it is, and respond to some
of that. How good a text is comes from the content and drives these readers only: the ranking never
learns of it directly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kring.archive.demo.calendar import Calendar
from kring.archive.demo.people import Cast
from kring.archive.demo.writing import Piece, Published, Said
from kring.posts.models import ReactionKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KINDS = (
    ReactionKind.LIKE, ReactionKind.INSIGHTFUL, ReactionKind.SUPPORT, ReactionKind.CELEBRATE,
    ReactionKind.CURIOUS, ReactionKind.HELPED,
)  # fmt: skip
KIND_SHARES = (0.6, 0.19, 0.08, 0.02, 0.06, 0.05)
HELPFUL_SHARES = (0.4, 0.2, 0.05, 0.01, 0.04, 0.3)
# A visit: busy hours between two of them for a keen reader, and how many posts are looked at.
USUALLY_EVERY, LOOKED_AT, MOST_LOOKED_AT = 5.0, 7.0, 25
# What is looked at on a visit lies back at most so far, and is looked at so often.
LOOKS_BACK, LOOKS_EACH = timedelta(days=12), 3
READS, REACTS, KEEPS, HIDES = 0.7, 0.55, 0.12, 0.03
# Few posts are bad enough to be hidden: the exponent of how much one lacks.
HIDES_STEEPLY = 5.0
# How much keener the keen are: an exponent of their trait, shape and scale of a gamma draw. The
# keenest and the lightest come so many times as often as a keen reader.
KEEN, KEEN_SHAPE, KEEN_SCALE, KEENEST, LIGHTEST = 2.0, 0.5, 2.3, 2.5, 0.005
# What draws people to a piece, in nats: chance (its standard deviation), and the weights of
# quality, subject, the author's standing and how much there was to say about it.
CHANCE, QUALITY, SUBJECT, STANDING, TALK = 1.0, 3.4, 0.4, 0.5, 0.6
# What draws still more: each response until now; what wears off. Then the share opened of what
# is looked at, and how much of the draw that share follows.
CASCADE, FADES_IN_DAYS, OPENED, OPENS, MOST_OPENED = 0.7, 1.4, 0.4, 0.9, 1.3
COMMENT_LIKED, HELPFUL_LIKED = 0.05, 0.16
# Whom a visitor can be was away a while, so that there is something for them to read.
AWAY, AWAY_FOR = ("fatma", "thijmen"), timedelta(days=7)
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Did:
    """An act by one member (number in the cast) on a piece or comment (its id)."""

    by: int
    on: int
    at: datetime
    kind: str = ""
    via: int | None = None


@dataclass(slots=True)
class Visit:
    """One look at the page. Lists are parallel: which pieces, how long, what was expected."""

    by: int
    at: datetime
    seen: list[int] = field(default_factory=list)
    dwell_ms: list[int] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)


@dataclass
class Doings:
    visits: list[Visit] = field(default_factory=list)
    reads: list[Did] = field(default_factory=list)
    reactions: list[Did] = field(default_factory=list)
    bookmarks: list[Did] = field(default_factory=list)
    hides: list[Did] = field(default_factory=list)


class Habits:
    """How each member behaves: shape (members,) each. Some do most of everything, as everywhere."""

    def __init__(self, cast: Cast, rng: np.random.Generator) -> None:
        traits = [member.traits for member in cast.members]
        n = len(traits)
        self.reader = np.array([trait.reader for trait in traits])
        keen = self.reader**KEEN * rng.gamma(KEEN_SHAPE, KEEN_SCALE, n)
        # Busy hours between two visits.
        self.every = USUALLY_EVERY / np.clip(keen, LIGHTEST, KEENEST)
        self.reacts = np.clip(rng.beta(0.55, 1.5, n) + 0.02, 0.0, 0.95)
        self.keeps = np.array([trait.collector for trait in traits])
        self.hides = rng.gamma(0.4, 2.5, n)


class Pieces:
    """The published pieces as arrays, in order of time, and who would meet them through whom."""

    def __init__(
        self, published: Published, cast: Cast, heard: list[set[int]], rng: np.random.Generator
    ) -> None:
        self.pieces = published.pieces
        self.id = [piece.id for piece in self.pieces]
        self.place = {id_: place for place, id_ in enumerate(self.id)}
        self.author = np.array([piece.author for piece in self.pieces])
        self.at_s = np.array([piece.at.timestamp() for piece in self.pieces])
        self.quality = np.array([piece.quality for piece in self.pieces])
        self.words = np.array([piece.words for piece in self.pieces])
        # Some texts catch on for no reason that anybody could name.
        self.luck = rng.lognormal(-0.3, 0.8, len(self.pieces))
        self.responses = np.zeros(len(self.pieces))
        self.interest = _interest(cast, self.pieces)
        self.heard = np.zeros((len(cast.members), len(cast.members)), dtype=bool)
        for author, listeners in enumerate(heard):
            self.heard[sorted(listeners), author] = True
        self.talk: list[list[Said]] = [[] for _piece in self.pieces]
        for comment in sorted(published.said, key=lambda comment: comment.at):
            self.talk[self.place[comment.thread]].append(comment)
        speakers = [(comment.thread, comment.author, comment.at) for comment in published.said]
        self.spoken = [
            np.array([place for place, (thread, _a, _t) in enumerate(speakers) if thread == id_])
            for id_ in self.id
        ]
        self.spoken_on = np.array([self.place[thread] for thread, _author, _at in speakers])
        self.speaker = np.array([author for _thread, author, _at in speakers])
        self.speaker_at_s = np.array([at.timestamp() for _thread, _author, at in speakers])
        self.appeal = self._appeal(np.array([len(listeners) for listeners in heard]), rng)

    def __len__(self) -> int:
        return len(self.pieces)

    def _appeal(self, standing: Ints, rng: np.random.Generator) -> Floats:
        """How much each piece draws people, in nats: what it is about and how good it is, whether
        it gives something to say, who wrote it, and chance.

        standing: how many hear of each author
        """
        drawn = rng.normal(0.0, CHANCE, len(self.pieces))
        drawn += QUALITY * self.quality
        drawn += SUBJECT * np.log(self.interest.mean(axis=0) + 0.02)
        drawn += STANDING * np.log(standing[self.author] + 5.0)
        drawn += TALK * np.log1p([len(comments) for comments in self.talk])
        return np.asarray(drawn - drawn.mean())

    def closeness(self, viewer: int, rows: Ints, at_s: float) -> Floats:
        """How near each piece is to the viewer: author, somebody who spoke there, or neither."""
        near = np.where(self.heard[viewer, self.author[rows]], 1.0, 0.12)
        for place in np.flatnonzero(near < 1.0).tolist():
            said = self.spoken[rows[place]]
            said = said[self.speaker_at_s[said] < at_s] if said.size else said
            if said.size and self.heard[viewer, self.speaker[said]].any():
                near[place] = 0.45
        return near


def _interest(cast: Cast, pieces: list[Piece]) -> Floats:
    """0-1 for each member and piece: how many of the piece's topics are theirs."""
    mine = [set(member.interests) for member in cast.members]
    return np.array(
        [
            [
                sum(topic in known for topic in piece.topics) / max(len(piece.topics), 1)
                for piece in pieces
            ]
            for known in mine
        ]
    )


@dataclass(frozen=True, slots=True)
class _Due:
    """Whoever comments or reposts has read what it is about shortly before."""

    by: int
    place: int
    at: datetime


def behave(
    published: Published,
    cast: Cast,
    heard: list[set[int]],
    *,
    calendar: Calendar,
    rng: np.random.Generator,
) -> Doings:
    """Everything people did until the calendar's end; each reacts at most once to an original.

    heard: for each member, who hears of what they do
    """
    world = _World(
        Pieces(published, cast, heard, rng), Habits(cast, rng), calendar=calendar, rng=rng
    )
    planned = world.plan(cast, list(_due(published, world.pieces, rng)))
    for visit, due in planned:
        world.look(visit, due)
    world.settle_expectations()
    return world.doings


def _due(published: Published, pieces: Pieces, rng: np.random.Generator) -> Iterator[_Due]:
    first: dict[tuple[int, int], datetime] = {}
    for comment in published.said:
        key = comment.author, pieces.place[comment.thread]
        first[key] = min(first.get(key, comment.at), comment.at)
    for piece in pieces.pieces:
        if piece.of is not None:
            key = piece.author, pieces.place[piece.of]
            first[key] = min(first.get(key, piece.at), piece.at)
    for (by, place), at in sorted(first.items()):
        began = pieces.pieces[place].at
        if by != pieces.pieces[place].author:
            lead = min(60.0 * float(rng.uniform(2, 15)), 0.6 * (at - began).total_seconds())
            yield _Due(by, place, at - timedelta(milliseconds=int(lead * 1_000)))


class _World:
    def __init__(
        self, pieces: Pieces, habits: Habits, *, calendar: Calendar, rng: np.random.Generator
    ) -> None:
        self.pieces, self.habits = pieces, habits
        self.doings = Doings()
        self._calendar, self._rng = calendar, rng
        people = len(habits.reader)
        self._looked = np.zeros((people, len(pieces)), dtype=np.int8)
        self._read: set[tuple[int, int]] = set()
        self._reacted: set[tuple[int, int]] = set()
        self._liked: dict[int, int] = defaultdict(int)
        origin = [pieces.place[piece.of or piece.id] for piece in pieces.pieces]
        self._origin = np.array(origin)
        self._comments = np.zeros(people)
        order = np.argsort(pieces.speaker_at_s, kind="stable")
        self._comment_at_s = pieces.speaker_at_s[order]
        self._comment_on, self._said = pieces.spoken_on[order], 0

    def plan(self, cast: Cast, due: list[_Due]) -> list[tuple[Visit, int | None]]:
        """All visits in order of time, each with the piece it is sure to end in reading."""
        planned: list[tuple[Visit, int | None]] = [
            (Visit(one.by, one.at), one.place) for one in due
        ]
        for one in due:
            self._comments[one.by] += 1
        for by, member in enumerate(cast.members):
            hour = member.posting_style.hour
            began = self._calendar.busy(max(cast.since[by], self.pieces.pieces[0].at), hour)
            away = AWAY_FOR if member.id in AWAY else timedelta()
            end = self._calendar.busy(self._calendar.end - away, hour)
            while (began := began + float(self._rng.exponential(self.habits.every[by]))) < end:
                planned.append((Visit(by, self._calendar.at(began, hour)), None))
        return sorted(planned, key=lambda visit: (visit[0].at, visit[0].by))

    def look(self, visit: Visit, due: int | None) -> None:
        """What one visit comes to."""
        at_s = visit.at.timestamp()
        pieces = self.pieces
        self._hear(at_s)
        first = np.searchsorted(pieces.at_s, at_s - LOOKS_BACK.total_seconds())
        rows = np.arange(first, np.searchsorted(pieces.at_s, at_s))
        rows = rows[pieces.author[rows] != visit.by]
        rows = rows[self._looked[visit.by, rows] < LOOKS_EACH]
        near = pieces.closeness(visit.by, rows, at_s)
        shown = self._shown(visit, rows, near, at_s)
        chances = self._chances(visit.by, rows[shown], near[shown])
        luck = self._rng.random((4, len(shown)))
        for place, row in enumerate(rows[shown].tolist()):
            read = bool(luck[0, place] < chances[0, place]) or row == due
            self._looks(visit, row, float(chances[1, place]), read=read)
            if read:
                reacts = luck[1, place] < chances[2, place]
                self._reads(visit, row, reacts=bool(reacts), keeps=luck[2, place])
            elif luck[3, place] < chances[3, place]:
                at = self._soon(visit.at)
                if at is not None:
                    self.doings.hides.append(Did(visit.by, pieces.id[row], at))
                    self._looked[visit.by, row] = LOOKS_EACH
        if due is not None and due not in rows[shown]:
            self._looks(visit, due, 0.1, read=True)
            self._reads(visit, due, reacts=bool(self._rng.random() < 0.5), keeps=1.0)
        if visit.seen:
            self.doings.visits.append(visit)

    def _hear(self, until_s: float) -> None:
        """Count the comments made until then. Visits come in order of time."""
        said = self._said
        while said < len(self._comment_at_s) and self._comment_at_s[said] < until_s:
            self.pieces.responses[self._comment_on[said]] += 1
            said += 1
        self._said = said

    def _shown(self, visit: Visit, rows: Ints, near: Floats, at_s: float) -> Ints:
        """Which of the rows are looked at, in order: near, of interest, new and talked about."""
        count = min(int(self._rng.exponential(LOOKED_AT)) + 1, MOST_LOOKED_AT, len(rows))
        pieces = self.pieces
        pull = 1.2 * np.log(near) + 0.8 * pieces.interest[visit.by, rows] + pieces.appeal[rows]
        pull += CASCADE * np.log1p(pieces.responses[rows])
        pull -= (at_s - pieces.at_s[rows]) / DAY_S / FADES_IN_DAYS
        pull -= 1.5 * self._looked[visit.by, rows]
        return np.argsort(-(pull + self._rng.gumbel(size=len(rows))), kind="stable")[:count]

    def _chances(self, by: int, rows: Ints, near: Floats) -> Floats:
        """Of each row: read when seen; response expected; react when read; hide when seen."""
        habits, pieces = self.habits, self.pieces
        interest, quality = pieces.interest[by, rows], pieces.quality[rows]
        inclined = READS * (0.3 + 0.7 * habits.reader[by]) * (0.55 + 0.45 * interest)
        inclined = inclined * (0.6 + 0.4 * near)
        reads = inclined * np.minimum(OPENED * np.exp(OPENS * pieces.appeal[rows]), MOST_OPENED)
        reacts = REACTS * habits.reacts[by] * (0.5 + 0.5 * interest) * (0.4 + 0.6 * near)
        # What would be expected of this person towards this author, whatever the text is like.
        expected = inclined * reacts
        reacts = np.minimum(4.5 * reacts * quality**3 * pieces.luck[rows], 0.95)
        hides = HIDES * habits.hides[by] * (1.0 - quality) ** HIDES_STEEPLY * (1.5 - near)
        return np.array([reads, expected, reacts, hides])

    def _looks(self, visit: Visit, row: int, expected: float, *, read: bool) -> None:
        words = float(self.pieces.words[row])
        glance = 700 + self._rng.exponential(1_400)
        stay = glance + (3_100 + 250 * words * self._rng.uniform(0.45, 1.3) if read else 0.0)
        visit.seen.append(self.pieces.id[row])
        visit.dwell_ms.append(int(stay))
        visit.expected.append(expected)
        self._looked[visit.by, row] += 1

    def _reads(self, visit: Visit, row: int, *, reacts: bool, keeps: float) -> None:
        piece, by = self.pieces.pieces[row], visit.by
        at = self._soon(visit.at, 5.0)
        if at is None or (by, row) in self._read:
            return
        self._read.add((by, row))
        self._looked[by, row] = LOOKS_EACH
        self.doings.reads.append(Did(by, piece.id, at))
        origin = int(self._origin[row])
        after = self._soon(at)
        if after is None:
            return
        pair = by, origin
        if reacts and by != self.pieces.author[origin] and pair not in self._reacted:
            self._reacted.add(pair)
            via = piece.id if piece.of else None
            kind = str(self._rng.choice(KINDS, p=KIND_SHARES))
            self.doings.reactions.append(Did(by, self.pieces.id[origin], after, kind, via))
            self.pieces.responses[row] += 1
        if piece.of is None and keeps < KEEPS * self.habits.keeps[by] * piece.quality:
            self.doings.bookmarks.append(Did(by, piece.id, after))
        for comment in self.pieces.talk[row]:
            if comment.at < at and comment.author != by:
                self._on_comment(comment, by, at)

    def _on_comment(self, comment: Said, by: int, at: datetime) -> None:
        chance = HELPFUL_LIKED if comment.helpful else COMMENT_LIKED
        if self._rng.random() < chance * self.habits.reacts[by]:
            shares = HELPFUL_SHARES if comment.helpful else KIND_SHARES
            after = self._soon(at)
            if after is not None:
                kind = str(self._rng.choice(KINDS, p=shares))
                self.doings.reactions.append(Did(by, comment.id, after, kind))

    def _soon(self, at: datetime, seconds: float = 40.0) -> datetime | None:
        """A little later, or None when that has not come yet."""
        later = at + timedelta(milliseconds=3_000 + int(self._rng.exponential(1_000 * seconds)))
        return later if later < self._calendar.end else None

    def settle_expectations(self) -> None:
        """Scale what was expected so that the community as a whole responded as expected."""
        visits = self.doings.visits
        looks = np.zeros(len(self.habits.reader))
        for visit in visits:
            looks[visit.by] += len(visit.seen)
        # Besides reacting, people comment: each at their own rate, whatever the post.
        talks = self._comments / np.maximum(looks + 20.0, 1.0)
        expected = sum(sum(visit.expected) for visit in visits)
        reactions = sum(1 for did in self.doings.reactions if did.on in self.pieces.place)
        scale = reactions / max(expected, 1e-9)
        for visit in visits:
            talk = float(talks[visit.by])
            visit.expected = [round(min(scale * e + talk, 0.9), 4) for e in visit.expected]
