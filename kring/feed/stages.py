"""What each kind of stage promises. Stages are pure: the same context gives the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch, SourceTag
from kring.feed.policy import Policy
from kring.feed.profile import Profile
from kring.feed.viewer import LessLikeThis, Viewer
from kring.feed.world import World
from kring.feed.world.columns import Bools, Floats, Ints, Rows

__all__ = [
    "Context",
    "Filter",
    "Hydrator",
    "LessLikeThis",
    "Move",
    "Multiplier",
    "Placing",
    "Scorer",
    "Selector",
    "SideEffect",
    "Source",
    "Verdict",
    "Viewer",
    "untouched",
    "verdict",
]


@dataclass(frozen=True, eq=False)
class Context:
    """All that a stage may look at besides the batch."""

    world: World
    viewer: Viewer
    policy: Policy
    profile: Profile
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a filter kept and removed. `returned`: rows let through only to fill the page."""

    kept: Batch
    removed: Ints
    returned: int = 0


def untouched(batch: Batch) -> Verdict:
    """Nothing is removed."""
    return Verdict(batch, batch.post_id[:0])


def verdict(batch: Batch, keep: Bools, returned: int = 0) -> Verdict:
    """Split a batch; one of which nothing is removed is passed on as it is."""
    if keep.all():
        return Verdict(batch, batch.post_id[:0], returned)
    return Verdict(batch.take(np.flatnonzero(keep)), batch.post_id[~keep], returned)


class Source(Protocol):
    """Names posts to consider, best first, at most its quota of unread ones."""

    name: str
    tag: SourceTag

    def find(self, context: Context) -> Rows: ...


class Hydrator(Protocol):
    """Adds columns that later stages read; leaves the rows alone."""

    name: str

    def hydrate(self, context: Context, batch: Batch) -> dict[str, NDArray[Any]]: ...


class Filter(Protocol):
    """Removes candidates for one reason, whose code is the stage's name."""

    name: str

    def filter(self, context: Context, batch: Batch) -> Verdict: ...


class Scorer(Protocol):
    """Fills features, p, or the values that come of them."""

    name: str

    def score(self, context: Context, batch: Batch) -> None: ...


class Multiplier(Protocol):
    """One factor in [0, 1] per candidate, on what speaks for it, never on what speaks against."""

    name: str

    def factors(self, context: Context, batch: Batch) -> Floats: ...


class Move(NamedTuple):
    """How an item came to stand below the place that its score alone would have given it.

    rank: by score alone, from 1; rule: author, company, outside or variety, whichever took most
    of the places lost, None if none was; places: how many lower it stands than that rank
    """

    rank: int
    rule: str | None
    places: int


class Placing(Protocol):
    """Candidates ready to be put in order, as they are or with one score changed."""

    def order(self, limit: int) -> list[int]:
        """Positions in the batch in the order served."""
        ...

    def place_of(self, at: int, plus: float, minus: float) -> int | None:
        """The place (from 1) that one would have had with that score; None: too far down."""
        ...

    def moves(self, limit: int) -> list[Move]:
        """What moved each of the first `limit` in the order served."""
        ...


class Selector(Protocol):
    """Puts candidates in the order in which they are served."""

    name: str

    def prepare(self, context: Context, batch: Batch) -> Placing: ...


class SideEffect(Protocol):
    """Runs when the slate is fixed, and cannot change it."""

    name: str

    def run(self, context: Context, slate: Any) -> None: ...
