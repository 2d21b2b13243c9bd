"""How the demo's network grows: people arrive one by one and connect to some of those present.

Whom they choose goes by employer, former employers, shared topics and threads they took part in
together, times the connections somebody already has; and whoever knows one person soon meets those
whom that person knows. That, and a Pareto number of choices per person, gives the long tail and
the triangles that real networks have. Pure: arrays and a generator in, pairs out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Pair = tuple[int, int]

LEAST_WISHES, PARETO, WISHES = 2, 1.6, 2.6
# How much more likely an acquaintance's acquaintance is, each time; the pull of the well known.
INTRODUCED, RENOWN = 1.7, 0.5


@dataclass(frozen=True)
class Population:
    """n people. worked: (n, organisations) 1 now or earlier, `employer` the present one or -1;
    interests: (n, topics) 0 or 1; met: (m, m) threads that the first m people shared;
    talk: (n,) 0-1, how much somebody writes and so is known."""

    employer: Ints
    worked: Floats
    interests: Floats
    met: Floats
    talk: Floats

    def __len__(self) -> int:
        return len(self.employer)

    def closeness(self, one: int, others: Ints) -> Floats:
        """How much `one` has in common with each of `others`; strangers get a little."""
        colleagues = (self.employer[others] == self.employer[one]) & (self.employer[one] >= 0)
        close: Floats = 0.1 + 4.0 * colleagues
        close += 1.0 * (self.worked[others] @ self.worked[one] > colleagues)
        close += 0.6 * (self.interests[others] @ self.interests[one])
        close += 0.4 * self.talk[others]
        if one < len(self.met):
            known = others < len(self.met)
            close[known] += 2.5 * np.minimum(self.met[one, others[known]], 4.0)
        return close


def grow(
    population: Population,
    order: Ints,
    rng: np.random.Generator,
    *,
    sure: Collection[Pair] = (),
    never: Collection[Pair] = (),
) -> list[Pair]:
    """Pairs (newcomer, present), each once, in the order they met.

    order: who arrives when. sure: pairs that are connected in any case; never: those that are not
    """
    n = len(population)
    luck = rng.pareto(PARETO, n) * WISHES * (1.0 + population.talk)
    wishes = LEAST_WISHES + np.floor(luck).astype(np.int64)
    place_of = np.empty(n, dtype=np.int64)
    place_of[order] = np.arange(n)
    # In each set, by place of arrival: whom somebody knows, must know, and must not.
    known: list[set[int]] = [set() for _person in range(n)]
    due, banned = _sides(sure, place_of, n), _sides(never, place_of, n)
    pairs: list[Pair] = []
    for place in range(1, n):
        newcomer, present = int(order[place]), order[:place]
        degree = np.array([len(known[other]) for other in range(place)])
        weight = population.closeness(newcomer, present) * (degree + 2.0) ** RENOWN
        # Adding Gumbel noise to the log weight and taking the largest draws without replacement.
        score = np.log(weight) + rng.gumbel(size=place)
        score[[other for other in banned[place] if other < place]] = -np.inf
        wanted = min(int(wishes[newcomer]), max(3, n // 8))
        certain = sorted(other for other in due[place] if other < place)
        for turn in range(min(max(wanted, len(certain)), place)):
            chosen = certain[turn] if turn < len(certain) else int(np.argmax(score))
            if score[chosen] == -np.inf and turn >= len(certain):
                break
            score[chosen] = -np.inf
            score[[other for other in known[chosen] if other < place]] += np.log(INTRODUCED)
            known[place].add(chosen)
            known[chosen].add(place)
            pairs.append((newcomer, int(order[chosen])))
    return pairs


def _sides(pairs: Collection[Pair], place_of: Ints, n: int) -> list[set[int]]:
    sides: list[set[int]] = [set() for _person in range(n)]
    for one, other in pairs:
        a, b = int(place_of[one]), int(place_of[other])
        sides[a].add(b)
        sides[b].add(a)
    return sides
