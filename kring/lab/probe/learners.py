"""Two online learners over active columns, both AdaGrad (Duchi, Hazan & Singer, 2011).

A gradient touches the active columns alone: the work is rows × width, whatever the model's size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kring.feed.value import sigmoid
from kring.feed.world.columns import Bools, Floats
from kring.lab.probe.curves import Active


class Additive:
    """Weights, one per column, that start at zero; `begin` is what gradients were before any."""

    def __init__(self, columns: int, *, rate: float, begin: float) -> None:
        self._weights = np.zeros(columns)
        self._squares = np.full(columns, begin)
        self._rate = rate

    def scores(self, active: Active) -> Floats:
        return np.asarray(self._weights[active].sum(axis=1))

    def _step(self, active: Active, slopes: Floats, anchor: float = 0.0) -> None:
        """slopes: derivative of the loss by each row's score; anchor: pull towards zero."""
        shares = np.repeat(slopes, active.shape[1])
        total = np.bincount(active.ravel(), shares, minlength=len(self._weights))
        moved = np.flatnonzero(total)
        gradient = total[moved] + anchor * self._weights[moved]
        self._squares[moved] += np.square(gradient)
        self._weights[moved] -= self._rate * gradient / np.sqrt(self._squares[moved])


class Listwise(Additive):
    """Softmax over the candidates of one moment: which of these was opened?"""

    def learn(self, active: Active, offset: Floats, opened: Bools) -> None:
        """offset: (n,) log-odds to add to the scores: the hand curves, and log(candidates each
        row stands for) where only some of them were kept."""
        scores = self.scores(active) + offset
        chance = np.exp(scores - scores.max())
        chance /= chance.sum()
        self._step(active, chance * opened.sum() - opened)


class Logistic(Additive):
    """Log-odds of one outcome, beside a rate of each person that is fitted and left out."""

    def __init__(
        self, columns: int, *, rate: float, begin: float, anchor: float, usual: float
    ) -> None:
        super().__init__(columns, rate=rate, begin=begin)
        self._anchor, self._usual = anchor, usual
        self._persons: dict[str, tuple[float, float]] = {}

    def learn(self, person: str, active: Active, outcome: bool) -> None:
        """One matured row; active has shape (1, width)."""
        own, seen = self._persons.get(person, (self._usual, 0.0))
        chance = float(sigmoid(self.scores(active)[0] + own))
        slope = chance - outcome
        self._persons[person] = (own - slope / (1.0 + 0.25 * seen), seen + 1.0)
        self._step(active, np.array([slope]), self._anchor)


def kept(newest: int, others: int, count: int, draw: NDArray[np.float64]) -> tuple[Active, Floats]:
    """Which of `count` candidates (newest first) to learn from, and how many each stands for.

    The newest all stay; of the others those with the smallest `draw`, which has one number each.
    """
    rest = np.arange(min(newest, count), count)
    some = rest[np.argsort(draw[rest], kind="stable")[:others]]
    chosen = np.concatenate([np.arange(min(newest, count)), np.sort(some)])
    stands = np.ones(len(chosen))
    if some.size:
        stands[-some.size :] = rest.size / some.size
    return chosen, stands
