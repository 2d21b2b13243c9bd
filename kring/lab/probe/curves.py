"""From features to the active columns of a sparse additive model: binned curves and crosses.

Every feature is cut twice, coarsely and finely, so that a new model soon has a shape and an old
one a good one; a cross has one column per pair of coarse bins. A row has exactly one active column
per curve and per cross, so a score is a sum of `width` weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Floats

Active = NDArray[np.int64]
COARSE, FINE = 4, 12
# What is new, hot and drawn to mean something else together: "how hot" next to "how new".
CROSSES = (
    ("age", "heat_hour"),
    ("newer_on_page", "heat_hour"),
    ("alike_lately", "heat_hour"),
    ("since_visit", "age"),
    ("hotter_on_page", "age"),
    ("alike", "alike_lately"),
    ("alike", "age"),
    ("leads", "heat_hour"),
    ("affinity_season", "age"),
    ("opened_on_page", "newer_on_page"),
    ("heat_hour", "heat_day"),
    ("hotter_on_page", "heat_hour"),
    ("response", "age"),
    ("heat_hour", "since_visit"),
    ("alike_lately", "newer_on_page"),
    ("alike_lately", "since_visit"),
)


class Curves:
    """Cuts are fixed once, by rows of the past, and never moved."""

    def __init__(
        self,
        names: Sequence[str],
        past: NDArray[Any],
        telling: NDArray[Any],
        crosses: Sequence[tuple[str, str]] = CROSSES,
    ) -> None:
        """past: rows of features that are known already, shape (n, features); telling: of these,
        the rows that were opened, whose quantiles count as much as those of all."""
        self._coarse = [_cuts(past[:, at], telling[:, at], COARSE) for at in range(len(names))]
        self._fine = [_cuts(past[:, at], telling[:, at], FINE) for at in range(len(names))]
        place = {name: at for at, name in enumerate(names)}
        self._crosses = [(place[a], place[b]) for a, b in crosses if a in place and b in place]
        sizes = [
            len(cuts) + 1 for both in zip(self._coarse, self._fine, strict=True) for cuts in both
        ]
        sizes += [self._levels(a) * self._levels(b) for a, b in self._crosses]
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self.columns = int(self._starts[-1])

    @property
    def width(self) -> int:
        return len(self._starts) - 1

    def active(self, features: NDArray[Any]) -> Active:
        """The active column of each curve and cross; shape (n, width)."""
        found = np.empty((len(features), self.width), dtype=np.int64)
        coarse = []
        for at, cuts in enumerate(zip(self._coarse, self._fine, strict=True)):
            both = [np.searchsorted(one, features[:, at], side="right") for one in cuts]
            coarse.append(both[0])
            found[:, 2 * at], found[:, 2 * at + 1] = both
        for at, (a, b) in enumerate(self._crosses, start=2 * len(self._coarse)):
            found[:, at] = coarse[a] * self._levels(b) + coarse[b]
        return np.asarray(found + self._starts[:-1])

    def _levels(self, feature: int) -> int:
        return len(self._coarse[feature]) + 1


def _cuts(past: NDArray[Any], telling: NDArray[Any], bins: int) -> Floats:
    """Quantiles of both, each once; none for a feature that never differed."""
    share = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    cuts = np.unique(np.concatenate([np.quantile(rows, share) for rows in (past, telling)]))
    low, high = past.min(), past.max()
    return np.asarray(cuts[(cuts > low) & (cuts <= high)], dtype=np.float64)
