"""A town: who lives there, who knows whom, what everybody cares for, and when they come and write.

A stochastic block model: people of one company, and people of one field, know each other more
often; a few have many ties. How often people come and write is heavy-tailed. All of it is drawn
from one seed and the same whoever attacks; nothing in it knows of ranking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kring.core.ids import BACKDATED_NODE, compose
from kring.feed.world.columns import Bools, Floats, Ints

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TOPICS = 12
TIES = 22.0
HUB_TIES = 90
VISITS_A_DAY = 0.7
POSTS_A_DAY = 0.22
CIRCLE = 12
COMPANY_SHARE = 0.1
# 1 December 2025.
BEGINS_MS = 1_764_547_200_000
# First topic id; topics 1 … are the largest subjects.
FIRST_TOPIC = 1


@dataclass(frozen=True)
class Item:
    """One post that is going to be written. topic: what it is truly about; quality: mean 0, sd 1.

    tags: topics its author names; twin: whether its reach is compared
    """

    post_id: int
    author: int
    at_ms: int
    topic: int
    quality: float
    words: int
    tags: tuple[int, ...]
    mentions: tuple[int, ...] = ()
    text: str = ""
    bait: float = 0.0
    copy_of: int = 0
    twin: bool = False


@dataclass(frozen=True)
class Visit:
    at_ms: int
    person: int


@dataclass(frozen=True, eq=False)
class Town:
    """People are numbers from 0; as identities they are that plus 1.

    interest: (people, topics), hidden, in [0, 1]; warmth: (people, people), hidden, 0 for strangers
    circles: groups of authors who write daily and may conspire; friends: one that knows each other
    well and shares a field; colleagues: authors and applauders of the largest company; hubs: those
    with most ties
    """

    seed: int
    company: Ints
    field: Ints
    interest: Floats
    warmth: Floats
    tied: Bools
    follows: Ints
    followed_topic: Ints
    measured: Bools
    circles: tuple[tuple[int, ...], ...]
    friends: tuple[int, ...]
    colleagues: tuple[int, ...]
    hubs: tuple[int, ...]
    items: tuple[Item, ...]
    visits: tuple[Visit, ...]
    ends_ms: int

    @property
    def people(self) -> int:
        return len(self.company)


@dataclass(frozen=True)
class Settings:
    """members: at least 120; measured: share of people who let pages report what was seen."""

    seed: int = 1
    members: int = 400
    days: int = 19
    measured: float = 0.85


def build_town(settings: Settings) -> Town:
    rng = np.random.default_rng([settings.seed, 77])
    n = settings.members
    company = _companies(rng, n)
    field = rng.choice(TOPICS, n, p=_shares(TOPICS))
    interest = _interests(rng, field)
    tied, hubs = _ties(rng, company, field)
    warmth = np.triu(tied * rng.beta(1.2, 2.5, (n, n)), 1)
    warmth = warmth + warmth.T
    everyone = np.setdiff1d(np.arange(n), hubs)
    colleagues = np.intersect1d(np.flatnonzero(company == 1), everyone)
    rest = rng.permutation(np.setdiff1d(everyone, colleagues))
    many = max(1, n // 200)
    circles = tuple(
        tuple(rest[at : at + CIRCLE].tolist()) for at in range(0, many * CIRCLE, CIRCLE)
    )
    friends = _friends(tied, field, rest[many * CIRCLE :])
    daily = [*(one for circle in circles for one in circle), *friends, *colleagues[:8].tolist()]
    return Town(
        seed=settings.seed,
        company=company,
        field=field,
        interest=interest,
        warmth=warmth,
        tied=tied,
        follows=_follows(rng, n, hubs),
        followed_topic=np.where(rng.random(n) < 0.5, field, -1),
        measured=rng.random(n) < settings.measured,
        circles=circles,
        friends=friends,
        colleagues=tuple(colleagues.tolist()),
        hubs=hubs,
        items=_items(rng, settings, interest, daily),
        visits=_visits(rng, settings),
        ends_ms=BEGINS_MS + settings.days * DAY_MS,
    )


def _shares(count: int) -> Floats:
    shares = 1.0 / (np.arange(count) + 3.0)
    return np.asarray(shares / shares.sum())


def _companies(rng: np.random.Generator, n: int) -> Ints:
    """Company 1 has a tenth of the town; the others get smaller and smaller; 0 is none."""
    others = max(6, n // 14)
    shares = _shares(others) * (1.0 - COMPANY_SHARE - 0.2)
    return rng.choice(others + 2, n, p=[0.2, COMPANY_SHARE, *shares]).astype(np.int64)


def _interests(rng: np.random.Generator, field: Ints) -> Floats:
    interest = rng.beta(0.6, 2.4, (len(field), TOPICS))
    interest[np.arange(len(field)), field] = rng.beta(6.0, 1.5, len(field))
    return np.asarray(interest)


def _ties(rng: np.random.Generator, company: Ints, field: Ints) -> tuple[Bools, tuple[int, ...]]:
    n = len(company)
    liveliness = rng.lognormal(0.0, 0.5, n)
    colleague = (company[:, None] == company) & (company[:, None] > 0)
    weight = 1.0 + 9.0 * colleague + 4.0 * (field[:, None] == field)
    weight = weight * liveliness[:, None] * liveliness
    chance = np.minimum(weight * TIES * n / weight.sum(), 0.8)
    tied = np.triu(rng.random((n, n)) < chance, 1)
    hubs = tuple(np.argsort(-liveliness)[: max(2, n // 130)].tolist())
    for hub in hubs:
        more = rng.choice(n, min(HUB_TIES, n // 3), replace=False)
        tied[np.minimum(hub, more), np.maximum(hub, more)] = more != hub
    return tied | tied.T, hubs


def _friends(tied: Bools, field: Ints, among: Ints) -> tuple[int, ...]:
    """A dense part of the network within one field: whom one knows there, from the best known."""
    same = tied & (field[:, None] == field)
    known = same[np.ix_(among, among)]
    core = [int(known.sum(axis=1).argmax())]
    while len(core) < min(CIRCLE, len(among)):
        links = known[core].sum(axis=0).astype(np.float64)
        links[core] = -1.0
        core.append(int(links.argmax()))
    return tuple(among[core].tolist())


def _follows(rng: np.random.Generator, n: int, hubs: tuple[int, ...]) -> NDArray[np.int64]:
    """Pairs (follower, followed): a few each, hubs more often."""
    weight = np.ones(n)
    weight[list(hubs)] = 20.0
    follower = np.repeat(np.arange(n), 3)
    followed = rng.choice(n, len(follower), p=weight / weight.sum())
    pairs = np.stack([follower, followed], axis=1)
    return np.unique(pairs[follower != followed], axis=0).astype(np.int64)


def _items(
    rng: np.random.Generator, settings: Settings, interest: Floats, daily: list[int]
) -> tuple[Item, ...]:
    """What everybody writes; the daily authors once a day and nothing else."""
    n, items = settings.members, []
    often = np.minimum(rng.lognormal(0.0, 1.1, n), 6.0)
    often *= POSTS_A_DAY / often.mean()
    often[daily] = 0.0
    for day in range(settings.days):
        authors = [*np.flatnonzero(rng.random(n) < often).tolist(), *daily]
        hours = rng.uniform(7.0, 20.0, len(authors))
        for place, (author, hour) in enumerate(zip(authors, hours.tolist(), strict=True)):
            at_ms = BEGINS_MS + day * DAY_MS + int(hour * HOUR_MS)
            taste = interest[author] ** 2 + 0.01
            topic = int(rng.choice(TOPICS, p=taste / taste.sum()))
            items.append(
                Item(
                    post_id=compose(ms=at_ms, node=BACKDATED_NODE, sequence=place),
                    author=author,
                    at_ms=at_ms,
                    topic=topic,
                    quality=float(rng.normal()),
                    words=int(rng.integers(10, 150)),
                    tags=(topic + FIRST_TOPIC,) if rng.random() < 0.7 else (),
                    twin=place >= len(authors) - len(daily),
                )
            )
    return tuple(sorted(items, key=lambda item: item.at_ms))


def _visits(rng: np.random.Generator, settings: Settings) -> tuple[Visit, ...]:
    often = np.minimum(rng.lognormal(0.0, 0.8, settings.members), 5.0)
    often *= VISITS_A_DAY / often.mean()
    visits = []
    for day in range(settings.days):
        times = rng.poisson(often)
        people = np.repeat(np.arange(settings.members), times)
        hours = 7.0 + 16.0 * rng.beta(1.5, 1.8, len(people))
        at = BEGINS_MS + day * DAY_MS + (hours * HOUR_MS).astype(np.int64)
        visits += [Visit(*one) for one in zip(at.tolist(), people.tolist(), strict=True)]
    return tuple(sorted(visits, key=lambda visit: visit.at_ms))
