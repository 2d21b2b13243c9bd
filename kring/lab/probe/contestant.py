"""The probe as a contestant: production's features, weights that move after every event.

It learns from every first opening in the log, not from the referee's questions: which of the open
candidates did this person take up? What is learned from a second's events was computed from the
world before that second. An engagement counts when it happens, its absence a day after the view.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from kring.feed.batch import Batch
from kring.feed.features import Features
from kring.feed.ranker import ranker_of
from kring.feed.world.columns import Floats
from kring.lab.deskdrop import VIEW, Happening
from kring.lab.probe.learners import kept
from kring.lab.probe.models import DAY, Opening, Openings, Outcomes, Pending
from kring.lab.production import READ, Production, batch_of, best_first, scored
from kring.lab.worklist import Query, View

MAX_AGE, MIN_CANDIDATES, MIN_HISTORY = 28 * DAY, 20, 5
NEWEST_KEPT, OTHERS_KEPT = 40, 30


@dataclass
class Known:
    """What the protocol's words need: births in order, and who touched what."""

    items: list[str] = field(default_factory=list)
    born: list[int] = field(default_factory=list)
    born_at: dict[str, int] = field(default_factory=dict)
    touched: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, event: Happening) -> None:
        if event.item not in self.born_at:
            self.items.append(event.item)
            self.born.append(event.at)
            self.born_at[event.item] = event.at
        self.touched[event.person].add(event.item)

    def candidates(self, person: str, at: int) -> list[str]:
        """What this person could open, newest first."""
        start = int(np.searchsorted(self.born, at - MAX_AGE))
        mine = self.touched.get(person, set())
        return [item for item in reversed(self.items[start:]) if item not in mine]


class Probe:
    """seed: of which candidates are learned from"""

    def __init__(self, production: Production, seed: int) -> None:
        self._production = production
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._known = Known()
        self._second: list[Happening] = []
        self._openings = Openings()
        self._outcomes = Outcomes()

    def happened(self, event: Happening) -> None:
        if self._second and event.at > self._second[0].at:
            self._take_in()
        self._second.append(event)

    def rank(self, query: Query) -> list[str]:
        self._take_in()
        context = self._production.context(query.person_id, query.timestamp)
        batch = scored(context, self._production.community.rows(query.candidates))
        worth = self._hand(batch) + self._openings.scores(batch.features)
        return [query.candidates[at] for at in best_first(batch, worth)]

    def rate(self, view: View) -> float:
        self._take_in()
        if not self._outcomes.ready:
            return self._production.rate(view)
        features = self._features(view.person_id, [view.content_id], view.timestamp).features
        return self._outcomes.score(features)

    def _take_in(self) -> None:
        """Learn from the second that has passed, then let the world know of it."""
        events, self._second = self._second, []
        if not events:
            return
        self._outcomes.mature(events[0].at)
        for person in dict.fromkeys(event.person for event in events):
            mine = [event for event in events if event.person == person]
            self._learn(person, mine)
        for event in events:
            self._known.add(event)
            self._production.happened(event)

    def _learn(self, person: str, events: list[Happening]) -> None:
        known, at = self._known, events[0].at
        first = {e.item for e in events if e.item not in known.touched[person]}
        first &= known.born_at.keys()
        if first and len(known.touched[person]) >= MIN_HISTORY:
            candidates = known.candidates(person, at)
            if len(candidates) >= MIN_CANDIDATES and first & set(candidates):
                self._openings.learn(self._opening(person, candidates, first, at))
            for item in sorted({e.item for e in events if e.kind == VIEW} & first):
                features = self._features(person, [item], at).features
                self._outcomes.wait(Pending(at, person, item, features))
        for event in events:
            if event.kind != VIEW:
                self._outcomes.engage(person, event.item)

    def _opening(self, person: str, candidates: list[str], first: set[str], at: int) -> Opening:
        draw = self._random.random(len(candidates))
        chosen, stands = kept(NEWEST_KEPT, OTHERS_KEPT, len(candidates), draw)
        missed = [n for n, item in enumerate(candidates) if item in first and n not in chosen]
        rows = [*chosen.tolist(), *missed]
        items = [candidates[n] for n in rows]
        batch = self._features(person, items, at)
        weights = np.concatenate([stands, np.ones(len(missed))])
        opened = np.array([item in first for item in items])
        return Opening(batch.features, self._hand(batch) + np.log(weights), opened)

    def _features(self, person: str, items: list[str], at: int) -> Batch:
        context = self._production.context(person, at)
        batch = batch_of(context, self._production.community.rows(items))
        Features().score(context, batch)
        return batch

    def _hand(self, batch: Batch) -> Floats:
        """Log-odds of reading by the hand curves: where the learner starts from."""
        ranker = ranker_of(self._production.community.policy)
        return np.asarray(ranker.log_odds(batch.features)[:, READ])
