"""The additive ranker: each head's log-odds is its bias plus one term per feature.

A term is a curve over the feature's value times the head's gain, so a reason is a sum of terms
and not an approximation of the model.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch, finite
from kring.feed.features import GROUP_OF, NAMES
from kring.feed.policy import Policy, PolicyError
from kring.feed.stages import Context
from kring.feed.value import sigmoid
from kring.feed.viewer import AS_THE_POLICY_HAS_IT, Factors
from kring.feed.world.columns import Floats


class Ranker:
    """Curves and gains of one policy.

    A curve is straight between its knots and level beyond them: its first value, and from each
    knot on a change of slope. So all curves together are one matrix of hinges, max(x − knot, 0).

    bias: (heads,); gains: (features, heads), both in log-odds
    """

    def __init__(self, policy: Policy) -> None:
        odd = set(policy.features) ^ set(NAMES)
        if odd:
            raise PolicyError(f"The policy's features differ from the ranker's: {min(odd)}.")
        curves = [policy.features[name] for name in NAMES]
        self._knots = [np.array(curve.knots) for curve in curves]
        self._starts = np.cumsum([0, *(knots.size for knots in self._knots[:-1])])
        self._feature = np.repeat(np.arange(len(curves)), [knots.size for knots in self._knots])
        self._knot = np.concatenate(self._knots)[:, None]
        bends = [_bends(np.array(curve.knots), np.array(curve.curve)) for curve in curves]
        self._bend = np.concatenate(bends)[:, None]
        self._first: Floats = np.array([curve.curve[0] for curve in curves])
        self.gains: Floats = np.array([curve.gains for curve in curves])
        self.bias: Floats = np.array(policy.value.bias)

    def curve_values(self, features: NDArray[np.float32]) -> Floats:
        """Each feature's curve at its value, before the heads' gains; shape (n, features)."""
        bent = np.add.reduceat(self._hinges(features) * self._bend, self._starts, axis=0)
        return np.asarray(bent.T + self._first)

    def log_odds(
        self, features: NDArray[np.float32], factors: Factors = AS_THE_POLICY_HAS_IT
    ) -> Floats:
        """Shape (n, heads).

        Equal features have equal log-odds, to the last bit, so equals go by their ids and not by
        chance: not by `@`, whose last bit depends on where a column stands and on the processor.

        factors: what the viewer makes of each group of reasons, 0 to 2
        """
        gains = self._gains(factors)
        steep = np.ascontiguousarray((self._bend * gains.take(self._feature, axis=0)).T)
        odds = np.einsum("kh,hn->nk", steep, self._hinges(features))
        return np.asarray(odds + (self.bias + self._first @ gains))

    def _hinges(self, features: NDArray[np.float32]) -> Floats:
        """How far each feature is beyond each knot of its curve; shape (knots, n)."""
        beyond = features.T.astype(np.float64).take(self._feature, axis=0)
        beyond -= self._knot
        return np.maximum(beyond, 0.0, out=beyond)

    def bins(self, features: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Which piece of its curve each feature fell in, for the log; shape (n, features)."""
        bins = np.empty(features.shape, dtype=np.uint8)
        for at, knots in enumerate(self._knots):
            bins[:, at] = np.searchsorted(knots, features[:, at], side="right")
        return bins

    def terms(
        self, features: NDArray[np.float32], factors: Factors = AS_THE_POLICY_HAS_IT
    ) -> Floats:
        """What each feature adds to each head's log-odds; shape (n, features, heads)."""
        return np.asarray(self.curve_values(features)[:, :, None] * self._gains(factors))

    def _gains(self, factors: Factors) -> Floats:
        if factors == AS_THE_POLICY_HAS_IT:
            return self.gains
        return np.asarray(self.gains * np.array(factors)[GROUP_OF][:, None])


def _bends(knots: Floats, values: Floats) -> Floats:
    """By how much the slope changes at each knot; level before the first and after the last."""
    slopes = np.diff(values) / np.diff(knots)
    return np.diff(slopes, prepend=0.0, append=0.0)


@lru_cache(maxsize=16)
def ranker_of(policy: Policy) -> Ranker:
    return Ranker(policy)


class Predict:
    """Scorer: fills `p`, the chance of each head's act."""

    name = "predict"

    def score(self, context: Context, batch: Batch) -> None:
        ranker = ranker_of(context.policy)
        log_odds = ranker.log_odds(batch.features, context.viewer.group_factors)
        batch.p = finite("p", sigmoid(log_odds))
