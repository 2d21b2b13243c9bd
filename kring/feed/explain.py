"""A page with every stage's effect, as plain data for people and programs.

`kring explain HANDLE --json` prints it. Sums are exact: prior + Σ contributions =
value_positive + value_negative, score = value_positive · Π multipliers + value_negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kring.feed.batch import SourceTag
from kring.feed.features import GROUP_STARTS, GROUPS
from kring.feed.pipeline import Slate
from kring.feed.policy import HEADS, Policy
from kring.feed.ranker import ranker_of
from kring.feed.value import attribute, head_values
from kring.feed.world import World


def explanation(world: World, slate: Slate, policy: Policy) -> list[dict[str, Any]]:
    """One dictionary per item, in the order served.

    Contributions are shares of the value before multipliers, in the units of the value weights.
    """
    ranker = ranker_of(policy)
    authors = world.people.find_many(slate.author_id)
    values = head_values(world, authors, slate.now_ms, policy)
    shares = attribute(ranker.bias, ranker.terms(slate.features, slate.group_factors), values)
    groups = np.add.reduceat(shares.plus + shares.minus, GROUP_STARTS, axis=1)
    priors = shares.prior_plus + shares.prior_minus
    log_odds = ranker.log_odds(slate.features, slate.group_factors)
    without_top = slate.what_ifs.ranks if slate.what_ifs else [None] * len(slate)
    return [
        {
            "rank": int(slate.rank[at]),
            "post_id": str(slate.post_id[at]),
            "author_id": str(slate.author_id[at]),
            "source": SourceTag(int(slate.source[at])).name.lower(),
            "prior": float(priors[at]),
            "contributions": dict(zip(GROUPS, groups[at].tolist(), strict=True)),
            "value_positive": float(slate.v_plus[at]),
            "value_negative": float(slate.v_minus[at]),
            "heads": {
                head: {
                    "log_odds": float(log_odds[at, number]),
                    "probability": float(slate.p[at, number]),
                }
                for number, head in enumerate(HEADS)
            },
            "multipliers": {name: float(each[at]) for name, each in slate.multipliers.items()},
            "score": float(slate.score[at]),
            "top_reason": slate.reasons[at].top_group,
            "rank_without_top_reason": without_top[at],
            "rank_by_time": slate.reasons[at].rank_by_time,
            "rank_by_score": slate.reasons[at].moved.rank,
            "moved_by": slate.reasons[at].moved.rule,
        }
        for at in range(len(slate))
    ]
