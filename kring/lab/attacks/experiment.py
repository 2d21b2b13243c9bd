"""The same days lived twice, once honestly and once with an attack, and what that changes.

Both lives start from one past (`Life.fork`) and share every draw of chance, so a post's reach in
the attacked days stands beside that of its honest twin: same author, moment, words and quality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from kring.feed.policy import Policy
from kring.feed.world.columns import Bools, Floats, Ints
from kring.lab.attacks.life import Deed, Life
from kring.lab.attacks.schemes import (
    FRIENDS,
    POD,
    PUPPETS_REACT,
    SCHEMES,
    Measure,
    Scheme,
)
from kring.lab.attacks.town import DAY_MS, Item, Settings, Town, build_town

HELD = 1.3
RESAMPLES = 2_000
Told = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """One kind of community. past: days lived before; days: days compared; surprise: the first of
    these, told apart, because nobody can know an agreement before it shows; fair: whether the feed
    was made for such a community.
    """

    name: str
    says: str
    schemes: tuple[Scheme, ...]
    measured: float = 0.85
    past: int = 6
    days: int = 11
    surprise: int = 3
    fair: bool = True


SETTINGS = (
    Setting("usual", "most pages report what was seen", (*SCHEMES, FRIENDS)),
    Setting(
        "unmeasured",
        "nine in ten let nobody know what they saw",
        (POD, PUPPETS_REACT),
        measured=0.1,
        fair=False,
    ),
    Setting(
        "first-days",
        "nobody knows anything of anybody yet, and nothing is measured",
        (POD, PUPPETS_REACT),
        measured=0.0,
        past=0,
        days=7,
        fair=False,
    ),
)
SMOKE = (Setting("usual", "nine days of a small town", (POD, PUPPETS_REACT), past=2, days=7),)


@dataclass(frozen=True)
class Pairs:
    """Reach of each post with the attack and without.

    author: to whom it belongs, for resampling; day: of the attack, from 0
    """

    attacked: Floats
    honest: Floats
    author: Ints
    day: Ints

    def of(self, chosen: Bools) -> Pairs:
        return Pairs(*(column[chosen] for column in astuple(self)))

    @property
    def gain(self) -> float:
        return float(self.attacked.sum() / max(self.honest.sum(), 1e-9))


@dataclass(frozen=True)
class Finding:
    """gain: mean reach over the honest twins' mean reach; low, high: 95 % by bootstrap over authors

    at_first: the gain of the days of surprise, which are left out of the others
    held: whether the upper end lies below 1.3; None where nothing is claimed
    """

    setting: str
    name: str
    says: str
    posts: int
    honest: float
    attacked: float
    gain: float
    low: float
    high: float
    at_first: float
    held: bool | None


def play(
    policy: Policy,
    settings: Sequence[Setting] = SETTINGS,
    *,
    seeds: Sequence[int] = (1,),
    members: int = 400,
    told: Told = lambda what: None,
) -> list[Finding]:
    """All findings, in the order of the settings and their schemes."""
    findings = []
    for setting in settings:
        gathered: dict[str, tuple[Measure, list[Pairs]]] = {}
        for seed in seeds:
            town = build_town(
                Settings(seed, members, setting.past + setting.days, setting.measured)
            )
            for measure, pairs in compare(town, setting, policy, told):
                gathered.setdefault(measure.name, (measure, []))[1].append(pairs)
        findings += [found(setting, *one) for one in gathered.values()]
    return findings


def compare(
    town: Town, setting: Setting, policy: Policy, told: Told
) -> list[tuple[Measure, Pairs]]:
    """Every measure of every scheme, in one town."""
    past = Life(town, policy)
    start_ms = past.now_ms + setting.past * DAY_MS
    past.live([item for item in town.items if item.at_ms < start_ms], (), start_ms)
    honest = past.fork()
    honest.live([item for item in town.items if item.at_ms >= start_ms], (), town.ends_ms)
    told(f"{setting.name}: honest")
    results = []
    for scheme in setting.schemes:
        attacked = attack(past.fork(), scheme, start_ms)
        told(f"{setting.name}: {scheme.name}")
        results += [
            (measure, pairs_of(scheme, measure, attacked, honest, start_ms))
            for measure in scheme.measures
        ]
    return results


def attack(life: Life, scheme: Scheme, start_ms: int) -> Life:
    """Live the days with the attack."""
    town = life.town
    items: list[Item] = []
    deeds: list[Deed] = []
    authors = set(scheme.authors(town))
    life.welcome(scheme.newcomers(town))
    for item in town.items:
        if item.at_ms < start_ms:
            continue
        if item.author in authors:
            item = scheme.alter(town, item)
            items += scheme.more(town, item)
            deeds += scheme.deeds(town, item)
        items.append(item)
    life.live(items, deeds, town.ends_ms)
    return life


def pairs_of(scheme: Scheme, measure: Measure, attacked: Life, honest: Life, since: int) -> Pairs:
    """Posts of the days under attack that had at least one more day to be seen."""
    town, authors = honest.town, set(scheme.authors(honest.town))
    items = [
        item
        for item in town.items
        if item.author in authors and since <= item.at_ms < town.ends_ms - DAY_MS
    ]
    apart = [[item.author, *measure.apart(town, item)] for item in items]
    return Pairs(
        attacked=np.array(
            [_reach(attacked, _written(scheme, measure, town, item), away)
             for item, away in zip(items, apart, strict=True)]
        ),
        honest=np.array(
            [_reach(honest, (item,), away) for item, away in zip(items, apart, strict=True)]
        ),
        author=np.array([item.author + town.seed * 1_000_000 for item in items]),
        day=np.array([(item.at_ms - since) // DAY_MS for item in items]),
    )  # fmt: skip


def _written(scheme: Scheme, measure: Measure, town: Town, item: Item) -> tuple[Item, ...]:
    return (item, *scheme.more(town, item)) if measure.together else (item,)


def _reach(life: Life, items: tuple[Item, ...], apart: list[int]) -> float:
    """Persons expected to have looked at one of these at least once, by the places it had."""
    missed = np.ones(life.town.people)
    for item in items:
        missed = missed * life.reach.missed[item.post_id]
    missed[[person for person in apart if person < len(missed)]] = 1.0
    return float((1.0 - missed).sum())


def found(setting: Setting, measure: Measure, parts: Sequence[Pairs]) -> Finding:
    columns = zip(*(astuple(part) for part in parts), strict=True)
    pairs = Pairs(*(np.concatenate(column) for column in columns))
    early = pairs.day < setting.surprise
    settled = pairs.of(~early)
    low, high = interval(settled)
    return Finding(
        setting=setting.name,
        name=measure.name,
        says=measure.says,
        posts=len(settled.day),
        honest=float(settled.honest.mean()),
        attacked=float(settled.attacked.mean()),
        gain=settled.gain,
        low=low,
        high=high,
        at_first=pairs.of(early).gain,
        held=high < HELD if measure.claimed and setting.fair else None,
    )


def interval(pairs: Pairs) -> tuple[float, float]:
    """95 % of the ratio of means, resampling whole authors: their posts are no strangers."""
    authors, place = np.unique(pairs.author, return_inverse=True)
    with_it = np.bincount(place, pairs.attacked)
    without = np.bincount(place, pairs.honest)
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(authors), (RESAMPLES, len(authors)))
    ratios = with_it[drawn].sum(axis=1) / without[drawn].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)
