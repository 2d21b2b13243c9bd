"""Print what one ranking costs: `python -m tests.feed.measure` (CPU of this thread, in ms)."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from kring.feed.home import rank
from kring.feed.policy import default_policy
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


if __name__ == "__main__":
    main()
