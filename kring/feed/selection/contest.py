"""The order in which candidates are served, asked once, and once more for every "what if".

A candidate that loses score was not picked before its own place, so another pass goes on from
there; only one that gains, or that sets the scale, needs a pass from the beginning.
"""

from __future__ import annotations

from kring.feed.selection.field import Field
from kring.feed.selection.moves import moves_of
from kring.feed.selection.run import Changed, Moment, Run
from kring.feed.stages import Move


class Contest:
    """Candidates made ready to be put in order, once or again with one score changed."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._run: Run | None = None
        self._moments: list[Moment] = []

    def order(self, limit: int) -> list[int]:
        """Positions in the batch in the order served, at most `limit`."""
        return [self.field.position[at] for at in self._first(limit)]

    def place_of(self, at: int, plus: float, minus: float) -> int | None:
        """The place (from 1) a candidate would have had with that score, if within look-ahead."""
        field = self.field
        changed = Changed(field.rank[at], plus, minus)
        start = self._start(changed)
        look_ahead = min(field.rules.look_ahead, len(field))
        return Run(field, changed, start).place_of(changed.at, look_ahead)

    def moves(self, limit: int) -> list[Move]:
        """What moved each of the first `limit` served."""
        return moves_of(self.field, self._first(limit))

    def _first(self, limit: int) -> list[int]:
        """Ranks in the order of their places; what stood before each of them is kept."""
        run = self._run = self._run or Run(self.field)
        limit = min(limit, len(self.field))
        for _ in range(len(run.placed), min(limit, self.field.rules.look_ahead)):
            self._moments.append(run.noted())
        run.fill(limit)
        return run.placed[:limit]

    def _start(self, changed: Changed) -> tuple[Moment, Run] | None:
        """When a candidate got its place, if its change could not have mattered before."""
        field, run = self.field, self._run
        at, plus, minus = changed
        gains = plus + minus > field.plus[at] + field.minus[at]
        if run is None or at not in run.taken or at == 0 or gains:
            return None
        place = run.placed.index(at)
        if place >= len(self._moments):
            return None
        moment = self._moments[place]
        # Halving an author's posts weighs on what speaks for them, so less may come to be more.
        if minus > field.minus[at] and field.author[at] in moment.places:
            return None
        return moment, run
