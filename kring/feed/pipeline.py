"""How a feed is made: sources → hydrators → filters → scorers → multipliers → selector.

Stages are small objects listed in `home.py`; this module only runs them, in order, and keeps a
trace of what each did. It knows nothing of Django or learning. Side effects run after the slate
is fixed and cannot change it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch, finite
from kring.feed.reasons import NOTHING_EXPLAINED, Explanation, Reason, WhatIfs, explain
from kring.feed.sources import gather
from kring.feed.stages import (
    Context,
    Filter,
    Hydrator,
    Multiplier,
    Scorer,
    Selector,
    SideEffect,
    Source,
)
from kring.feed.viewer import Factors
from kring.feed.world.columns import Floats, Ints


@dataclass(frozen=True)
class Stages:
    sources: tuple[Source, ...]
    hydrators: tuple[Hydrator, ...]
    filters: tuple[Filter, ...]
    scorers: tuple[Scorer, ...]
    multipliers: tuple[Multiplier, ...]
    selector: Selector
    side_effects: tuple[SideEffect, ...] = ()


@dataclass(frozen=True)
class Step:
    """What one stage did. `removed`: post ids, whose reason is the stage's name.

    returned: how many a filter let through after all, to fill the page
    """

    kind: str
    name: str
    came: int
    left: int
    removed: Ints
    returned: int = 0


@dataclass(frozen=True)
class Trace:
    steps: tuple[Step, ...]

    def removals(self) -> dict[int, str]:
        """Every candidate that was removed, and why."""
        return {
            post_id: step.name
            for step in self.steps
            if step.kind == "filter"
            for post_id in step.removed.tolist()
        }


@dataclass(frozen=True, eq=False)
class Slate:
    """What is served, one row per item in the order served (rank = place, from 1).

    score: the model's, V⁺ · multiplier + V⁻; re-ranking changes the order, never the score
    prior, contributions (items, groups): of explained items, in terms of the score
    reasons: one per explained item; what_ifs: None where these are not told in full
    candidates: how many were ranked
    """

    viewer_id: int
    now_ms: int
    seed: int
    policy_hash: str
    candidates: int
    post_id: Ints
    author_id: Ints
    source: NDArray[np.uint8]
    sources: NDArray[np.uint32]
    rank: Ints
    score: Floats
    v_plus: Floats
    v_minus: Floats
    multiplier: Floats
    multipliers: dict[str, Floats]
    features: NDArray[np.float32]
    group_factors: Factors
    p: Floats
    prior: Floats
    contributions: Floats
    reasons: tuple[Reason, ...]
    what_ifs: WhatIfs | None
    trace: Trace

    def __len__(self) -> int:
        return len(self.post_id)


def run(
    stages: Stages, context: Context, limit: int, explained: int, *, in_full: bool = True
) -> Slate:
    """Make one slate of at most `limit` items, the first `explained` of them with reasons.

    in_full: with facts and what-ifs, not with the shares alone
    """
    batch, steps = candidates(stages, context)
    score(stages, context, batch)
    placing = stages.selector.prepare(context, batch)
    order = np.array(placing.order(limit), dtype=np.intp)
    steps.append(Step("selector", stages.selector.name, len(batch), len(order), _NO_IDS))
    served = batch.without_columns().take(order)
    told = NOTHING_EXPLAINED
    if explained:
        first = served if explained >= len(served) else served.take(np.arange(explained))
        told = explain(context, batch, order[:explained], placing, in_full=in_full, served=first)
    slate = _slate(context, len(batch), served, told, Trace(tuple(steps)))
    for side_effect in stages.side_effects:
        side_effect.run(context, slate)
    return slate


def candidates(stages: Stages, context: Context) -> tuple[Batch, list[Step]]:
    """What is left to rank, and what every source and filter did."""
    batch, found = gather(stages.sources, context)
    steps = [Step("source", name, 0, count, _NO_IDS) for name, count in found.items()]
    for hydrator in stages.hydrators:
        batch.columns.update(hydrator.hydrate(context, batch))
    for stage in stages.filters:
        verdict = stage.filter(context, batch)
        steps.append(
            Step(
                "filter",
                stage.name,
                came=len(batch),
                left=len(verdict.kept),
                removed=verdict.removed,
                returned=verdict.returned,
            )
        )
        batch = verdict.kept
    return batch, steps


def score(stages: Stages, context: Context, batch: Batch) -> None:
    """Fill all that the selector and the reasons read."""
    for scorer in stages.scorers:
        scorer.score(context, batch)
    batch.multiplier = np.ones(len(batch))
    for stage in stages.multipliers:
        batch.multipliers[stage.name] = factors = stage.factors(context, batch)
        batch.multiplier = batch.multiplier * factors
    if not np.isfinite(batch.multiplier).all():
        for name, factors in batch.multipliers.items():
            finite(name, factors)
    batch.score = finite("score", batch.v_plus * batch.multiplier + batch.v_minus)


_NO_IDS: Ints = np.zeros(0, dtype=np.int64)


def _slate(
    context: Context, candidates: int, served: Batch, told: Explanation, trace: Trace
) -> Slate:
    return Slate(
        viewer_id=context.viewer.id,
        now_ms=context.viewer.now_ms,
        seed=context.seed,
        policy_hash=context.policy.hash,
        candidates=candidates,
        post_id=served.post_id,
        author_id=served.author_id,
        source=served.source,
        sources=served.sources,
        rank=np.arange(1, len(served) + 1),
        score=served.score,
        v_plus=served.v_plus,
        v_minus=served.v_minus,
        multiplier=served.multiplier,
        multipliers=served.multipliers,
        features=served.features,
        group_factors=context.viewer.group_factors,
        p=served.p,
        prior=told.prior,
        contributions=told.contributions,
        reasons=told.reasons,
        what_ifs=told.what_ifs,
        trace=trace,
    )
