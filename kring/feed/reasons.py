"""Why an item is where it is: shares of its score, facts, and what would have been otherwise.

A group's contribution is in terms of the score, c⁺ · Π multipliers + c⁻, so prior and groups sum
to the score, and without a group the score is lower by exactly its contribution.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.facts import Evidence, Fact, facts_of, gather_evidence
from kring.feed.features import FEATURES, GROUP_STARTS, GROUPS
from kring.feed.ranker import ranker_of
from kring.feed.stages import Context, Move, Placing
from kring.feed.value import Attribution, attribute, head_values
from kring.feed.world.columns import Floats, Ints

MOST_FACTS = 2
FEATURES_OF = [
    [at for at, feature in enumerate(FEATURES) if feature.group == group] for group in GROUPS
]


class GroupReason(NamedTuple):
    """plus and minus are shares of V⁺ and V⁻; contribution = plus · multiplier + minus."""

    group: str
    contribution: float
    plus: float
    minus: float
    facts: tuple[Fact, ...]


class Reason(NamedTuple):
    """groups: all six, in the order of GROUPS; held_back: only multipliers below 1

    top_group: the largest positive contribution, if any; rank_without_top: 1-based, None when
    below look-ahead, when there is no top group and when nobody asked; rank_by_time: 1-based
    among all candidates
    moved: by which rule of the page it stands lower than its score alone would have put it.
    """

    prior: float
    groups: tuple[GroupReason, ...]
    held_back: dict[str, float]
    top_group: str | None
    rank_without_top: int | None
    rank_by_time: int
    moved: Move


class Explanation(NamedTuple):
    """prior: (m,), contributions: (m, 6), both in terms of the score; one reason per item."""

    prior: Floats
    contributions: Floats
    reasons: tuple[Reason, ...]


NOTHING_EXPLAINED = Explanation(np.zeros(0), np.zeros((0, len(GROUPS))), ())


def explain(
    context: Context,
    batch: Batch,
    order: NDArray[np.intp],
    placing: Placing,
    *,
    in_full: bool = True,
) -> Explanation:
    """Explain the items of `batch` at `order`, in that order, as `placing` placed them.

    in_full: with facts, and with the rank without the top group; both cost more than the shares
    """
    served = batch.take(order)
    shares = _shares(context, served)
    plus = np.add.reduceat(shares.plus, GROUP_STARTS, axis=1)
    minus = np.add.reduceat(shares.minus, GROUP_STARTS, axis=1)
    contributions = plus * served.multiplier[:, None] + minus
    by_feature = shares.plus * served.multiplier[:, None] + shares.minus
    evidence = gather_evidence(context, served) if in_full else None
    groups = _groups(evidence, (contributions, plus, minus), by_feature)
    prior = shares.prior_plus * served.multiplier + shares.prior_minus
    top = np.argmax(contributions, axis=1) if len(served) else np.zeros(0, dtype=np.intp)
    has_top = np.take_along_axis(contributions, top[:, None], axis=1)[:, 0] > 0
    changed = _changed(served, order, (plus, minus), top)
    held_back = _held_back(served)
    by_time = _rank_by_time(batch.post_id, served.post_id)
    moved = placing.moves(len(served))
    reasons = tuple(
        Reason(
            prior=prior_of,
            groups=groups[at],
            held_back=held_back[at],
            top_group=GROUPS[top[at]] if has_top[at] else None,
            rank_without_top=placing.place_of(*changed[at]) if in_full and has_top[at] else None,
            rank_by_time=by_time[at],
            moved=moved[at],
        )
        for at, prior_of in enumerate(prior.tolist())
    )
    return Explanation(prior, contributions, reasons)


def _shares(context: Context, served: Batch) -> Attribution:
    ranker = ranker_of(context.policy)
    values = head_values(context.world, served.author, context.viewer.now_ms, context.policy)
    terms = ranker.terms(served.features, context.viewer.group_factors)
    return attribute(ranker.bias, terms, values)


def _groups(
    evidence: Evidence | None, sums: tuple[Floats, Floats, Floats], by_feature: Floats
) -> list[tuple[GroupReason, ...]]:
    """Without evidence there are no facts."""
    weight: list[list[float]] = by_feature.tolist()
    totals, plus, minus = (column.tolist() for column in sums)
    return [
        tuple(
            GroupReason(
                name,
                totals[at][group],
                plus[at][group],
                minus[at][group],
                ()
                if evidence is None
                else facts_of(
                    evidence,
                    at,
                    _by_weight(FEATURES_OF[group], weight[at], totals[at][group]),
                    MOST_FACTS,
                ),
            )
            for group, name in enumerate(GROUPS)
        )
        for at in range(len(totals))
    ]


def _by_weight(features: list[int], weight: list[float], total: float) -> list[int]:
    """What speaks the way the group as a whole does, weightiest first."""
    sign = 1.0 if total >= 0 else -1.0
    told = [feature for feature in features if sign * weight[feature] > 0]
    return sorted(told, key=lambda feature: -sign * weight[feature])


def _changed(
    served: Batch, order: NDArray[np.intp], sums: tuple[Floats, Floats], top: NDArray[np.intp]
) -> list[tuple[int, float, float]]:
    """Each item without its top group: where it is in the batch, and what is left of its score."""
    at = np.arange(len(served))
    plus = (served.v_plus - sums[0][at, top]) * served.multiplier
    minus = served.v_minus - sums[1][at, top]
    return list(zip(order.tolist(), plus.tolist(), minus.tolist(), strict=True))


def _held_back(served: Batch) -> list[dict[str, float]]:
    columns = {name: factors.tolist() for name, factors in served.multipliers.items()}
    return [
        {name: factors[at] for name, factors in columns.items() if factors[at] < 1.0}
        for at in range(len(served))
    ]


def _rank_by_time(candidates: Ints, served: Ints) -> list[int]:
    ascending = np.sort(candidates)
    newer = candidates.size - np.searchsorted(ascending, served, side="right")
    return (newer + 1).tolist()  # type: ignore[no-any-return]
