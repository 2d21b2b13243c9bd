"""Print what one ranking costs: `python -m tests.feed.measure` (CPU of this thread, in ms)."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from kring.feed.home import HOME, context_of, rank
from kring.feed.pipeline import candidates, score
from kring.feed.policy import default_policy
from kring.feed.reasons import explain
from tests.feed.communities import Size, crowd


def main() -> None:
    world, viewer = crowd(1, Size(people=20_000, posts=200_000, acts=120_000, ties=500))
    policy = default_policy()
    wide = replace(policy, sources=replace(policy.sources, connections_quota=600))
    for explained in (0, 20):
        taken = []
        for _ in range(200):
            start = time.thread_time()
            slate = rank(world, viewer, wide, 20, explained=explained)
            taken.append((time.thread_time() - start) * 1000)
        low, middle, high = np.percentile(taken, [5, 50, 95])
        print(
            f"{slate.candidates} candidates, {explained} reasons: "
            f"median {middle:.2f} ms (5 % {low:.2f}, 95 % {high:.2f})"
        )
    selection(world, viewer, wide)


def selection(world, viewer, policy):
    """What putting in order costs by itself, and what each reason's "what if" adds to it."""
    context = context_of(world, viewer, policy)
    batch, _steps = candidates(HOME, context)
    score(HOME, context, batch)
    ordered, asked = [], []
    for _ in range(200):
        start = time.thread_time()
        contest = HOME.selector.prepare(context, batch)
        order = np.array(contest.order(20))
        ordered.append((time.thread_time() - start) * 1000)
        timed = Timed(contest)
        explain(context, batch, order, timed)
        asked.append(timed.taken * 1000)
    print(
        f"{len(batch)} candidates: order {np.median(ordered):.2f} ms, "
        f"20 what-ifs and moves {np.median(asked):.2f} ms"
    )


class Timed:
    """A placing that adds up the time its answers take."""

    def __init__(self, placing):
        self.placing = placing
        self.taken = 0.0

    def place_of(self, *asked):
        return self._timed(self.placing.place_of, *asked)

    def moves(self, limit):
        return self._timed(self.placing.moves, limit)

    def _timed(self, answer, *asked):
        start = time.thread_time()
        try:
            return answer(*asked)
        finally:
            self.taken += time.thread_time() - start


if __name__ == "__main__":
    main()
