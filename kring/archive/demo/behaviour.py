"""What the demo's members do with what they see: read, react, keep. A simple model with a seed.

Readers meet a post through its author, through somebody who responded to it, or by chance; they
read by habit, interest and how good it is, and react to some of what they read. How good a text
is comes from the content and drives these readers only: the ranking never learns of it directly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kring.archive.demo.people import Cast
from kring.archive.demo.times import MARGIN
from kring.archive.demo.writing import Piece, Published, Said
from kring.posts.models import ReactionKind

Floats = NDArray[np.float64]
KINDS = (
    ReactionKind.LIKE, ReactionKind.INSIGHTFUL, ReactionKind.SUPPORT, ReactionKind.CELEBRATE,
    ReactionKind.CURIOUS, ReactionKind.HELPED,
)  # fmt: skip
KIND_SHARES = (0.55, 0.2, 0.09, 0.05, 0.06, 0.05)
HELPFUL_SHARES = (0.4, 0.2, 0.05, 0.02, 0.03, 0.3)
SEEN_FROM_AUTHOR, SEEN_FROM_RESPONSE, SEEN_BY_CHANCE = 0.85, 0.35, 0.04
COMMENT_LOOKED_AT = 0.6


@dataclass(frozen=True, slots=True)
class Did:
    """An act by one member (number in the cast) on a piece or comment (its id)."""

    by: int
    on: int
    at: datetime
    kind: str = ""
    via: int | None = None


@dataclass
class Doings:
    reads: list[Did] = field(default_factory=list)
    reactions: list[Did] = field(default_factory=list)
    bookmarks: list[Did] = field(default_factory=list)


class Audience:
    """Who would meet and read what. `heard` holds, for each member, who hears of what they do."""

    def __init__(self, cast: Cast, heard: list[set[int]]) -> None:
        self.heard = heard
        self.reader = np.array([member.traits.reader for member in cast.members])
        self.collector = np.array([member.traits.collector for member in cast.members])
        subjects = {topic for member in cast.members for topic in member.interests}
        self._place = {topic: place for place, topic in enumerate(sorted(subjects))}
        self._interests = np.zeros((len(cast.members), len(subjects)))
        for number, member in enumerate(cast.members):
            for topic in member.interests:
                self._interests[number, self._place[topic]] = 1.0

    def interest(self, piece: Piece) -> Floats:
        """0-1 for each member: how many of the post's topics are theirs."""
        places = [self._place[topic] for topic in piece.topics if topic in self._place]
        if not places:
            return np.zeros(len(self.reader))
        share: Floats = self._interests[:, places].mean(axis=1)
        return share

    def meets(self, piece: Piece, responders: set[int]) -> Floats:
        chance = np.full(len(self.reader), SEEN_BY_CHANCE)
        for responder in responders:
            chance[list(self.heard[responder])] = SEEN_FROM_RESPONSE
        chance[list(self.heard[piece.author])] = SEEN_FROM_AUTHOR
        chance[piece.author] = 0.0
        return chance


def behave(
    published: Published, audience: Audience, *, now: datetime, rng: np.random.Generator
) -> Doings:
    """Everything people did until `now`; each reacts at most once to an original."""
    doings = Doings()
    talk: dict[int, list[Said]] = defaultdict(list)
    for comment in published.said:
        talk[comment.thread].append(comment)
    author = {piece.id: piece.author for piece in published.pieces}
    reacted: set[tuple[int, int]] = set()
    read_at: dict[int, dict[int, datetime]] = defaultdict(dict)
    for piece in published.pieces:
        said = talk[piece.id]
        reads = _reads(piece, said, audience, now=now, rng=rng)
        doings.reads += reads
        read_at[piece.id] = {read.by: read.at for read in reads}
        commenters = {comment.author for comment in said}
        for read in _some(reads, _eagerness(piece, reads, commenters, audience), rng):
            origin = piece.of or piece.id
            after = _soon(read.at, now, rng)
            if read.by != author[origin] and (read.by, origin) not in reacted and after is not None:
                reacted.add((read.by, origin))
                via = piece.id if piece.of else None
                kind = str(rng.choice(KINDS, p=KIND_SHARES))
                doings.reactions.append(Did(read.by, origin, after, kind, via))
        keeping = np.array([0.15 * piece.quality * audience.collector[r.by] for r in reads])
        if piece.of is None:
            for read in _some(reads, keeping, rng):
                after = _soon(read.at, now, rng)
                if after is not None:
                    doings.bookmarks.append(Did(read.by, piece.id, after))
    for comment in published.said:
        doings.reactions += _on_comment(comment, read_at[comment.thread], now=now, rng=rng)
    return doings


def _reads(
    piece: Piece,
    said: list[Said],
    audience: Audience,
    *,
    now: datetime,
    rng: np.random.Generator,
) -> list[Did]:
    """Who read it and when. Those who commented read it first, a few minutes before."""
    known: dict[int, datetime] = {}
    for comment in sorted(said, key=lambda comment: comment.at):
        if comment.author != piece.author and comment.author not in known:
            known[comment.author] = piece.at + (comment.at - piece.at) * float(
                rng.uniform(0.5, 0.9)
            )
    chance = audience.meets(piece, set(known)) * audience.reader
    chance *= (0.6 + 0.4 * audience.interest(piece)) * (0.4 + 0.6 * piece.quality)
    hours = 5.0 * rng.lognormal(0.0, 1.2, len(chance))
    for by in np.flatnonzero(rng.random(len(chance)) < chance).tolist():
        at = piece.at + timedelta(milliseconds=1 + int(hours[by] * 3_600_000))
        if by not in known and at < now - MARGIN:
            known[by] = at
    return [Did(by, piece.id, at) for by, at in sorted(known.items())]


def _eagerness(piece: Piece, reads: list[Did], commenters: set[int], audience: Audience) -> Floats:
    interest = audience.interest(piece)
    return np.array(
        [
            0.5
            if read.by in commenters
            else 0.6 * (0.1 + 0.9 * piece.quality) * (0.5 + 0.5 * float(interest[read.by]))
            for read in reads
        ]
    )


def _on_comment(
    comment: Said, read_at: dict[int, datetime], *, now: datetime, rng: np.random.Generator
) -> Iterator[Did]:
    shares = HELPFUL_SHARES if comment.helpful else KIND_SHARES
    chance = COMMENT_LOOKED_AT * (0.2 if comment.helpful else 0.05)
    for by, seen in sorted(read_at.items()):
        if by != comment.author and rng.random() < chance:
            after = _soon(max(seen, comment.at), now, rng)
            if after is not None:
                yield Did(by, comment.id, after, str(rng.choice(KINDS, p=shares)))


def _some(reads: list[Did], chance: Floats, rng: np.random.Generator) -> list[Did]:
    lucky = rng.random(len(reads)) < chance
    return [read for read, chosen in zip(reads, lucky.tolist(), strict=True) if chosen]


def _soon(at: datetime, now: datetime, rng: np.random.Generator) -> datetime | None:
    """A little later, or None when that has not come yet."""
    later = at + timedelta(milliseconds=20_000 + int(rng.exponential(120_000)))
    return later if later < now - MARGIN / 2 else None
