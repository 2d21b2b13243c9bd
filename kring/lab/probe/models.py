"""What the probe has learned: of openings, and of what comes after a view."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kring.feed.features import NAMES
from kring.feed.world.columns import Bools, Floats
from kring.lab.probe.curves import Curves
from kring.lab.probe.learners import Listwise, Logistic

DAY = 86_400
# So many openings and views are looked at before anything is cut into bins.
OPENINGS_FIRST, VIEWS_FIRST = 300, 1_000
RATE, BEGIN = 0.05, 0.1
ENGAGE_RATE, ENGAGE_ANCHOR, USUAL = 0.03, 0.01, -2.0


@dataclass(frozen=True, eq=False)
class Opening:
    """One moment to learn from: rows of candidates and which of them were opened."""

    features: NDArray[np.float32]
    offset: Floats
    opened: Bools


@dataclass(eq=False)
class Pending:
    """A view whose outcome is not known yet."""

    at: int
    person: str
    item: str
    features: NDArray[np.float32]
    engaged: bool = False


class Openings:
    """Bins and weights, once enough openings of the past are there to cut bins by."""

    def __init__(self) -> None:
        self._first: list[Opening] = []
        self._curves: Curves | None = None
        self._model = Listwise(0, rate=RATE, begin=BEGIN)

    def scores(self, features: NDArray[np.float32]) -> Floats:
        """What is added to where the learner started from; zeros before it began."""
        if self._curves is None:
            return np.zeros(len(features))
        return self._model.scores(self._curves.active(features))

    def learn(self, opening: Opening) -> None:
        if self._curves is not None:
            active = self._curves.active(opening.features)
            self._model.learn(active, opening.offset, opening.opened)
            return
        self._first.append(opening)
        if len(self._first) == OPENINGS_FIRST:
            past = np.concatenate([one.features for one in self._first])
            opened = np.concatenate([one.opened for one in self._first])
            self._curves = Curves(NAMES, past, past[opened])
            self._model = Listwise(self._curves.columns, rate=RATE, begin=BEGIN)
            waiting, self._first = self._first, []
            for one in waiting:
                self.learn(one)


class Outcomes:
    """The same for views: whether more came of them within a day."""

    def __init__(self) -> None:
        self._waiting: deque[Pending] = deque()
        self._open: dict[tuple[str, str], Pending] = {}
        self._first: list[Pending] = []
        self._curves: Curves | None = None
        self._model = Logistic(0, rate=ENGAGE_RATE, begin=BEGIN, anchor=ENGAGE_ANCHOR, usual=USUAL)

    @property
    def ready(self) -> bool:
        return self._curves is not None

    def score(self, features: NDArray[np.float32]) -> float:
        """Of one row; the person's own rate is left out."""
        assert self._curves is not None
        return float(self._model.scores(self._curves.active(features))[0])

    def wait(self, view: Pending) -> None:
        self._waiting.append(view)
        self._open[view.person, view.item] = view

    def engage(self, person: str, item: str) -> None:
        """More came of it; learned at once, when the view's day is not over."""
        view = self._open.pop((person, item), None)
        if view is not None:
            view.engaged = True
            self._learn(view)

    def mature(self, now: int) -> None:
        """Views whose day is over at `now`, in which nothing came."""
        while self._waiting and self._waiting[0].at + DAY < now:
            view = self._waiting.popleft()
            if self._open.get((view.person, view.item)) is view:
                del self._open[view.person, view.item]
                self._learn(view)

    def _learn(self, view: Pending) -> None:
        if self._curves is not None:
            active = self._curves.active(view.features)
            self._model.learn(view.person, active, view.engaged)
            return
        self._first.append(view)
        if len(self._first) == VIEWS_FIRST:
            past = np.concatenate([one.features for one in self._first])
            engaged = np.array([one.engaged for one in self._first])
            self._curves = Curves(NAMES, past, past[engaged], crosses=())
            self._model = Logistic(
                self._curves.columns,
                rate=ENGAGE_RATE,
                begin=BEGIN,
                anchor=ENGAGE_ANCHOR,
                usual=USUAL,
            )
            waiting, self._first = self._first, []
            for one in waiting:
                self._learn(one)
