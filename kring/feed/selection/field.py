"""The candidates of one request made ready for re-ranking: best first, in lanes.

From here on a candidate is known by its rank by score alone (0 is the best), so "better" is a
smaller number. A lane holds those to whom the same quotas apply: one company, one side of the
network's edge. Only the best of a lane needs looking at, however many stand behind it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from itertools import repeat
from math import inf

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.policy import Selection
from kring.feed.selection.likeness import Likeness
from kring.feed.stages import Context
from kring.feed.world import AuthorKind
from kring.feed.world.columns import Bools, Ints, Rows, contains

# A product such as .3 · 10 may come out a hair above the whole number it stands for.
HAIR = 1e-9


# A candidate as it waits in a heap, the best first: minus its standing (or minus a bound on it),
# minus its id, its rank, how many had their place when that was worked out, and how close it came
# to those. FRESH, below 0, is the stamp of whoever stands for the rest of a lane.
Entry = tuple[float, int, int, int, float]
FRESH = -1


@dataclass(frozen=True, eq=False)
class Field:
    """Candidates by rank, one list per property.

    plus: what speaks for each, multipliers included; minus: what speaks against it (≤ 0)
    bound: the best key that each may ever have; newer: minus the ids
    author: negative for who has one post, and for each post of a source
    company: 0 for nobody's, and for sources
    fresh: how one waits of whom nothing is known but the score
    heads: the first of every lane, inside the network and outside it
    behind: who follows in the same lane, -1 for the last
    position: the row in the batch; rank: the other way round
    company_quota, outside_quota: how many may stand among the first so many places, from 0 on
    """

    rules: Selection
    plus: list[float]
    minus: list[float]
    bound: list[float]
    newer: list[int]
    fresh: list[Entry]
    author: list[int]
    company: list[int]
    outside: list[bool]
    heads: tuple[list[int], list[int]]
    behind: list[int]
    position: list[int]
    rank: list[int]
    likeness: Likeness
    company_quota: list[int]
    outside_quota: list[int]
    powers: list[float] = dataclass_field(default_factory=lambda: [1.0])

    def __len__(self) -> int:
        return len(self.plus)

    @cached_property
    def first(self) -> tuple[list[Entry], list[Entry]]:
        """The heads as they wait."""
        inside, outside = self.heads
        return [self.fresh[at] for at in inside], [self.fresh[at] for at in outside]

    def left(self, times: int) -> float:
        """How much of what speaks for a post counts when its author has stood `times` times."""
        while len(self.powers) <= times:
            self.powers.append(self.powers[-1] * self.rules.second_post)
        return self.powers[times]

    def scale(self) -> float:
        """What the best score counts as 1; 1 where nothing speaks for anything."""
        return scale_of(self.plus[0] + self.minus[0]) if self.plus else 1.0

    @cached_property
    def sure_bound(self) -> float:
        """Whose bound is above this has no place within look-ahead below the first page.

        Counted are authors from inside the network, by their best post, of each company as many
        as its quota lets in there. Whoever gets a place takes away at most one of them, and while
        one is left it stands before all whose bound is above its own. One more than there are
        places, because the candidate in question may be of one of these authors.
        """
        needed = self.rules.look_ahead + 1
        quota = self.company_quota[min(self.rules.variety_places + 1, len(self))]
        authors: set[int] = set()
        companies: Counter[int] = Counter()
        for at, author in enumerate(self.author):
            company = self.company[at]
            if self.outside[at] or author in authors or (company and companies[company] >= quota):
                continue
            authors.add(author)
            companies[company] += 1
            if len(authors) == needed:
                return self.bound[at]
        return inf


def scale_of(best: float) -> float:
    return best if best > 0 else 1.0


def field_of(context: Context, batch: Batch) -> Field:
    """Everything that decides about places, read once."""
    rules = context.policy.selection
    plus, minus = batch.v_plus * batch.multiplier, batch.v_minus
    keys = -(1.0 - rules.variety) * (plus + minus)
    ranked = np.lexsort((-batch.post_id, keys))
    source = batch["author_kind"][ranked] == AuthorKind.SOURCE
    # Whoever has one post can neither wait for themselves nor be halved.
    alone = source | _lone(batch.author[ranked])
    company = np.where(source, 0, _companies(context, batch)[ranked])
    outside = _outside(context, batch)[ranked]
    newer: list[int] = (-batch.post_id[ranked]).tolist()
    bound: list[float] = keys[ranked].tolist()
    heads, behind = _lanes(company * 2 + outside)
    inside, beyond = heads[~outside[heads]].tolist(), heads[outside[heads]].tolist()
    rank = np.empty(len(batch), dtype=np.int64)
    rank[ranked] = np.arange(len(batch))
    return Field(
        rules=rules,
        plus=plus[ranked].tolist(),
        minus=minus[ranked].tolist(),
        bound=bound,
        newer=newer,
        fresh=[*zip(bound, newer, range(len(batch)), repeat(FRESH), repeat(0.0), strict=False)],
        author=np.where(alone, -1 - np.arange(len(batch)), batch.author[ranked]).tolist(),
        company=company.tolist(),
        outside=outside.tolist(),
        heads=(inside, beyond),
        behind=behind,
        position=ranked.tolist(),
        rank=rank.tolist(),
        likeness=Likeness(context.world.posts, batch.row[ranked]),
        company_quota=_quota(rules.company_share, len(batch)),
        outside_quota=_quota(_outside_share(context), len(batch)),
    )


def _outside_share(context: Context) -> float:
    chosen = context.viewer.outside_share
    return context.policy.steering.outside_share if chosen is None else chosen


def _quota(share: float, places: int) -> list[int]:
    quota: list[int] = np.ceil(share * np.arange(places + 1) - HAIR).astype(np.int64).tolist()
    return quota


def _lone(author: Rows) -> Bools:
    ordered = np.sort(author)
    return ~contains(author, ordered[1:][ordered[1:] == ordered[:-1]])


def _companies(context: Context, batch: Batch) -> Ints:
    """Whom each author works for now, or else worked for when they wrote; 0 for nobody."""
    now = context.world.companies(batch.author)
    return np.where(now > 0, now, context.world.posts.company_id.view[batch.row])


def _outside(context: Context, batch: Batch) -> Bools:
    """Whose author the viewer neither knows, follows nor belongs to."""
    inside = batch["connected"] | batch["followed"] | (batch.author_id == context.viewer.id)
    return np.asarray(~inside)


def _lanes(lane: Ints) -> tuple[NDArray[np.intp], list[int]]:
    """The first of every lane, best first, and who stands behind each."""
    grouped = np.argsort(lane, kind="stable")
    owners = lane[grouped]
    starts = np.ones(len(lane), dtype=np.bool_)
    starts[1:] = owners[1:] != owners[:-1]
    behind = np.full(len(lane), -1)
    behind[grouped[:-1]] = np.where(starts[1:], -1, grouped[1:])
    return np.sort(grouped[starts]), behind.tolist()
