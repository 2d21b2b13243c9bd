"""Affinity: how much one person turns to another, from what that person did.

    A_uv ← A_uv · 2^(-Δt/h) + w        (FEED.md; one step per act, only acts by u)

which over all acts together is the sum of w · 2^(-age/h). The sum is taken when a slate is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from kring.feed.policy import Policy
from kring.feed.world import ActKind, ActView
from kring.feed.world.columns import Bools, Floats, Ints, Rows, places
from kring.feed.world.posts import DAY_MS


@dataclass(frozen=True)
class Ties:
    """Affinity between one person and each of `people` (dense numbers, ascending)."""

    people: Rows
    short: Floats
    long: Floats
    _asked: list[tuple[Rows, Ints]] = field(default_factory=list, repr=False, compare=False)

    def short_of(self, people: Rows) -> Floats:
        return self._of(people, self.short)

    def long_of(self, people: Rows) -> Floats:
        return self._of(people, self.long)

    def knows(self, people: Rows) -> Bools:
        """Which of these there is any tie with, however weak."""
        return self._places(people) >= 0

    def _of(self, people: Rows, strength: Floats) -> Floats:
        if not strength.size:
            return np.zeros(len(people))
        place = self._places(people)
        return np.where(place >= 0, strength.take(place), 0.0)

    def _places(self, people: Rows) -> Ints:
        """Where each stands, -1 for nowhere. Keeps the last answer: features ask for the same."""
        if not self._asked or self._asked[0][0] is not people:
            self._asked[:] = [(people, places(people, self.people))]
        return self._asked[0][1]


def decay(at_ms: Ints, now_ms: int, half_life_days: float) -> Floats:
    """What is left of an act's weight; acts later than now have not happened yet and weigh 0."""
    left = np.exp2((at_ms - now_ms) / (DAY_MS * half_life_days))
    left[at_ms > now_ms] = 0.0
    return np.asarray(left, dtype=np.float64)


def act_weights(acts: ActView, policy: Policy) -> Floats:
    """Each act's own weight, less for the one who merely passed the post on."""
    table = _weights(policy)
    return np.asarray(table[acts.passed_on.astype(np.intp), acts.kind])


@lru_cache(maxsize=16)
def _weights(policy: Policy) -> Floats:
    """By kind of act: whole for the author, and the share of whoever passed the post on."""
    whole = np.array([getattr(policy.act_weights, kind.name.lower()) for kind in ActKind])
    return np.stack([whole, whole * policy.affinity.resharer_share])


def ties(acts: ActView, others: Rows, now_ms: int, policy: Policy) -> Ties:
    """Sum acts per person in `others` (one per act; -1 is nobody)."""
    order = np.argsort(others)
    people = others.take(order)
    first = int(np.searchsorted(people, 0))
    order, people = order[first:], people[first:]
    if not people.size:
        return Ties(people, np.zeros(0), np.zeros(0))
    starts = np.flatnonzero(np.concatenate([[True], people[1:] != people[:-1]]))
    weights = act_weights(acts, policy)
    short = weights * decay(acts.at_ms, now_ms, policy.affinity.short_days)
    long = weights * decay(acts.at_ms, now_ms, policy.affinity.long_days)
    return Ties(
        people.take(starts),
        np.add.reduceat(short.take(order), starts),
        np.add.reduceat(long.take(order), starts),
    )


def reciprocity(forth: Floats, back: Floats) -> Floats:
    """√(A_uv · A_vu) / (1 + √(A_uv · A_vu)): near 0 when only one of the two turns to the other."""
    both = np.sqrt(np.maximum(forth, 0.0) * np.maximum(back, 0.0))
    return np.asarray(both / (1.0 + both))
