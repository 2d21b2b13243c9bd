"""Why an item is where it is: shares of its score, facts, and what would have been otherwise.

A group's contribution is in terms of the score, c⁺ · Π multipliers + c⁻, so prior and groups sum
to the score, and without a group the score is lower by exactly its contribution.
"""

from __future__ import annotations

from itertools import repeat
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.evidence import Evidence
from kring.feed.facts import TELLS, Fact, Told
from kring.feed.features import GROUP_OF, GROUP_STARTS, GROUPS
from kring.feed.ranker import ranker_of
from kring.feed.stages import Context, Move, Placing
from kring.feed.value import Attribution, attribute
from kring.feed.world.columns import Floats, Ints

MOST_FACTS = 2
# Where an item is in the batch, and what speaks for and against it then.
Changed = tuple[int, float, float]


class GroupReason(NamedTuple):
    """plus and minus are shares of V⁺ and V⁻; contribution = plus · multiplier + minus.

    place: which item and which group of those that are told of; None where reasons are not
    told in full
    """

    group: str
    contribution: float
    plus: float
    minus: float
    told: Told | None
    place: tuple[int, int]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.told.of(*self.place) if self.told else ()


class Reason(NamedTuple):
    """groups: all six, in the order of GROUPS; held_back: only multipliers below 1

    top_group: the largest positive contribution, if any; rank_by_time: 1-based among all candidates
    moved: by which rule of the page it stands lower than its score alone would have put it.
    """

    prior: float
    groups: tuple[GroupReason, ...]
    held_back: dict[str, float]
    top_group: str | None
    rank_by_time: int
    moved: Move


class WhatIfs:
    """Where each item would stand without its strongest reason.

    No page says it, only whoever asks why: it is worked out when it is first asked for, by the
    thread that keeps the reasons. Until then it holds on to all candidates.
    """

    def __init__(self, placing: Placing, changed: list[Changed | None]) -> None:
        self._lock = Lock()
        self._asks: tuple[Placing, list[Changed | None]] | None = placing, changed
        self._ranks: tuple[int | None, ...] = ()

    @property
    def ranks(self) -> tuple[int | None, ...]:
        """1-based; None when below look-ahead, and when there is no strongest reason."""
        with self._lock:
            if self._asks is not None:
                placing, changed = self._asks
                self._ranks = tuple([one and placing.place_of(*one) for one in changed])
                self._asks = None
            return self._ranks


class Explanation(NamedTuple):
    """prior: (m,), contributions: (m, 6), both in terms of the score; one reason per item.

    what_ifs: None where reasons are not told in full
    """

    prior: Floats
    contributions: Floats
    reasons: tuple[Reason, ...]
    what_ifs: WhatIfs | None


NOTHING_EXPLAINED = Explanation(np.zeros(0), np.zeros((0, len(GROUPS))), (), None)


def explain(
    context: Context,
    batch: Batch,
    order: NDArray[np.intp],
    placing: Placing,
    *,
    in_full: bool = True,
    served: Batch | None = None,
) -> Explanation:
    """Explain the items of `batch` at `order`, in that order, as `placing` placed them.

    served: these items, where they are at hand
    in_full: with facts and what-ifs; both cost more than the shares
    """
    served = batch.without_columns().take(order) if served is None else served
    shares = _shares(context, served)
    plus = np.add.reduceat(shares.plus, GROUP_STARTS, axis=1)
    minus = np.add.reduceat(shares.minus, GROUP_STARTS, axis=1)
    contributions = plus * served.multiplier[:, None] + minus
    told = None
    if in_full:
        by_feature = shares.plus * served.multiplier[:, None] + shares.minus
        told = _told(Evidence(context, batch, order), by_feature, contributions)
    groups = _groups((contributions, plus, minus), told)
    prior = shares.prior_plus * served.multiplier + shares.prior_minus
    top = np.argmax(contributions, axis=1) if len(served) else np.zeros(0, dtype=np.intp)
    has_top = np.take_along_axis(contributions, top[:, None], axis=1)[:, 0] > 0
    held_back = _held_back(served)
    by_time = _rank_by_time(batch.post_id, served.post_id)
    moved = placing.moves(len(served))
    reasons = tuple(
        Reason(
            prior=prior_of,
            groups=groups[at],
            held_back=held_back[at],
            top_group=GROUPS[top[at]] if has_top[at] else None,
            rank_by_time=by_time[at],
            moved=moved[at],
        )
        for at, prior_of in enumerate(prior.tolist())
    )
    what_ifs = None
    if in_full:
        changed = _changed(served, order, (plus, minus), top)
        asks = [one if has else None for one, has in zip(changed, has_top.tolist(), strict=True)]
        what_ifs = WhatIfs(placing, asks)
    return Explanation(prior, contributions, reasons, what_ifs)


def _shares(context: Context, served: Batch) -> Attribution:
    ranker = ranker_of(context.policy)
    terms = ranker.terms(served.features, context.viewer.group_factors)
    return attribute(ranker.bias, terms, served.values)


def _told(evidence: Evidence, by_feature: Floats, contributions: Floats) -> Told:
    """Told of each group is what speaks as the group as a whole does, weightiest first."""
    weight = by_feature * np.where(contributions >= 0, 1.0, -1.0)[:, GROUP_OF] * TELLS
    features = np.argsort(-weight, axis=1, kind="stable").tolist()
    speaking = np.count_nonzero(weight > 0, axis=1).tolist()
    return Told(
        evidence,
        [order[:many] for order, many in zip(features, speaking, strict=True)],
        MOST_FACTS,
    )


def _groups(
    sums: tuple[Floats, Floats, Floats], told: Told | None
) -> list[tuple[GroupReason, ...]]:
    rows = enumerate(zip(*(column.tolist() for column in sums), strict=True))
    return [
        tuple(map(GroupReason, GROUPS, *row, repeat(told), zip(repeat(at), range(len(GROUPS)))))
        for at, row in rows
    ]


def _changed(
    served: Batch, order: NDArray[np.intp], sums: tuple[Floats, Floats], top: NDArray[np.intp]
) -> list[Changed]:
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
