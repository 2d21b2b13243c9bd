"""How the demo's network grows: people arrive one by one and connect to some of those present.

Whom they choose goes by employer, former employers, shared topics and threads they took part in
together, times the connections somebody already has; that, and a Pareto number of choices per
person, gives the long tail that real networks have. Pure: arrays and a generator in, pairs out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """n people. worked: (n, organisations) 1 now or earlier, `employer` the present one or -1;
    interests: (n, topics) 0 or 1; met: (m, m) threads that the first m people shared."""

    employer: Ints
    worked: Floats
    interests: Floats
    met: Floats

    def __len__(self) -> int:
        return len(self.employer)

    def closeness(self, one: int, others: Ints) -> Floats:
        """How much `one` has in common with each of `others`; strangers get a little."""
        colleagues = (self.employer[others] == self.employer[one]) & (self.employer[one] >= 0)
        close: Floats = 0.1 + 4.0 * colleagues
        close += 1.0 * (self.worked[others] @ self.worked[one] > colleagues)
        close += 0.6 * (self.interests[others] @ self.interests[one])
        if one < len(self.met):
            known = others < len(self.met)
            close[known] += 2.5 * np.minimum(self.met[one, others[known]], 4.0)
        return close


def grow(population: Population, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The order in which people arrived, and pairs (newcomer, present) in the order they met."""
    n = len(population)
    order = rng.permutation(n)
    wishes = 5 + np.floor(rng.pareto(1.4, n) * 3.0).astype(np.int64)
    degree = np.zeros(n, dtype=np.float64)
    pairs: list[tuple[int, int]] = []
    for place in range(1, n):
        newcomer, present = int(order[place]), order[:place]
        wanted = min(int(wishes[newcomer]), place, max(5, n // 3))
        weight = population.closeness(newcomer, present) * (degree[present] + 2.0) ** 0.8
        # Adding Gumbel noise to the log weight and taking the largest draws without replacement.
        luck = np.log(weight) + rng.gumbel(size=place)
        for chosen in present[np.argsort(-luck, kind="stable")[:wanted]].tolist():
            pairs.append((newcomer, chosen))
            degree[newcomer] += 1
            degree[chosen] += 1
    return order, np.array(pairs, dtype=np.int64).reshape(-1, 2)
