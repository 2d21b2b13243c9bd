"""Batch: the candidates of one request as columns, one row per candidate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Bools, Floats, Ints, Rows

SourceBits = NDArray[np.uint32]


class SourceTag(IntEnum):
    """Why a candidate was considered; stored in logs, so numbers never change."""

    CONNECTIONS = 0
    FOLLOWS = 1
    STRONG_TIES = 2
    TOPICS = 3
    TEST_AUDIENCE = 4
    MENTIONS = 5


class NotFinite(ArithmeticError):
    """A stage produced NaN or infinity: a bug, never a reason to rank differently."""


@dataclass
class Batch:
    """Stages fill it from left to right; `take` keeps all columns in step.

    A column that no stage has filled yet is empty.

    row, author: dense numbers of the world
    source: the first source that named the candidate; sources: all of them, one bit per tag
    columns: what hydrators added, by name, one number per row
    features: (n, d) float32
    p, values: each head's chance and what its act is worth, (n, heads) float64
    multipliers: one factor per row, by name
    """

    post_id: Ints
    row: Rows
    author_id: Ints
    author: Rows
    source: NDArray[np.uint8]
    sources: SourceBits
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    features: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    p: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    values: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    v_plus: Floats = field(default_factory=lambda: np.zeros(0))
    v_minus: Floats = field(default_factory=lambda: np.zeros(0))
    multipliers: dict[str, Floats] = field(default_factory=dict)
    multiplier: Floats = field(default_factory=lambda: np.zeros(0))
    score: Floats = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.post_id)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def without_columns(self) -> Batch:
        return replace(self, columns={})

    def take(self, chosen: Bools | NDArray[np.intp]) -> Batch:
        """The chosen rows of every column, in that order."""
        if chosen.dtype == np.bool_:
            chosen = np.flatnonzero(chosen)

        def pick(values: NDArray[Any]) -> Any:
            return values[chosen] if len(values) else values

        return Batch(
            post_id=self.post_id.take(chosen),
            row=self.row.take(chosen),
            author_id=self.author_id.take(chosen),
            author=self.author.take(chosen),
            source=self.source.take(chosen),
            sources=self.sources.take(chosen),
            columns={name: values.take(chosen) for name, values in self.columns.items()},
            features=pick(self.features),
            p=pick(self.p),
            values=pick(self.values),
            v_plus=pick(self.v_plus),
            v_minus=pick(self.v_minus),
            multipliers={name: values.take(chosen) for name, values in self.multipliers.items()},
            multiplier=pick(self.multiplier),
            score=pick(self.score),
        )


def finite(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """The values themselves. Raises NotFinite when one of them is not a number."""
    if not np.isfinite(values).all():
        raise NotFinite(f"{name} holds a value that is not finite")
    return values
