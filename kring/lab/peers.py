"""Small rankers of others, to be measured beside ours. They share no code with production.

`EdgeRank` is the formula of the protocol's page, in the manner of the one Facebook described in
2010 (affinity × weight × decay):

    (1 + 3·affinity) · (1 + weighted events, half-life 48 h)^1.5 / (1 + age / 2 h)³

The page leaves two things open; here affinity is log(1 + distinct items that this person touched
of those first posted by the item's poster), and events weigh as in P1: VIEW 1, LIKE 2, BOOKMARK
2.5, FOLLOW 3, COMMENT 4. Of equal scores the newer item comes first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log1p

from kring.lab.deskdrop import BOOKMARK, COMMENT, FOLLOW, LIKE, VIEW, Happening
from kring.lab.worklist import Query, View

HOUR = 3_600
WEIGHTS = {VIEW: 1.0, LIKE: 2.0, BOOKMARK: 2.5, FOLLOW: 3.0, COMMENT: 4.0}
HALF_LIFE = 48 * HOUR


class Newest:
    """Newest first: what freshness alone reaches."""

    def __init__(self) -> None:
        self._order: dict[str, int] = {}
        self._born: dict[str, int] = {}

    def happened(self, event: Happening) -> None:
        self._born.setdefault(event.item, event.at)
        self._order.setdefault(event.item, len(self._order))

    def rank(self, query: Query) -> list[str]:
        return sorted(query.candidates, key=lambda item: self._order[item], reverse=True)

    def rate(self, view: View) -> float:
        return float(self._born[view.content_id])


class EdgeRank:
    def __init__(self) -> None:
        self._born: dict[str, int] = {}
        self._order: dict[str, int] = {}
        self._poster: dict[str, str] = {}
        self._touched: dict[str, set[str]] = defaultdict(set)
        self._opened_of: dict[str, Counter[str]] = defaultdict(Counter)
        self._weight: dict[str, float] = defaultdict(float)
        self._weighed_at: dict[str, int] = {}

    def happened(self, event: Happening) -> None:
        item, person = event.item, event.person
        if item not in self._born:
            self._born[item], self._poster[item] = event.at, person
            self._order[item] = len(self._order)
        if item not in self._touched[person]:
            self._touched[person].add(item)
            self._opened_of[person][self._poster[item]] += 1
        self._weight[item] = self._decayed(item, event.at) + WEIGHTS[event.kind]
        self._weighed_at[item] = event.at

    def rank(self, query: Query) -> list[str]:
        def key(item: str) -> tuple[float, int]:
            return self._score(item, query.person_id, query.timestamp), self._order[item]

        return sorted(query.candidates, key=key, reverse=True)

    def rate(self, view: View) -> float:
        return self._score(view.content_id, view.person_id, view.timestamp)

    def _score(self, item: str, person: str, now: int) -> float:
        age = (now - self._born[item]) / HOUR
        affinity = log1p(self._opened_of[person][self._poster[item]])
        activity = 1 + self._decayed(item, now)
        return (1 + 3 * affinity) * float(activity**1.5) / float((1 + age / 2) ** 3)

    def _decayed(self, item: str, now: int) -> float:
        since = now - self._weighed_at.get(item, now)
        return float(self._weight[item] * 2.0 ** (-since / HALF_LIFE))
