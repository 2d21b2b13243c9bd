"""Affinity: how much one person turns to another, from what that person did.

    A_uv ← A_uv · 2^(-Δt/h) + w        (FEED.md; one step per act, only acts by u)

which over all acts together is the sum of w · 2^(-age/h). The sum is taken when a slate is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kring.feed.policy import Policy
from kring.feed.world import ActKind, ActView
from kring.feed.world.columns import Floats, Ints, Rows, lookup
from kring.feed.world.posts import DAY_MS


@dataclass(frozen=True)
class Ties:
    """Affinity between one person and each of `people` (dense numbers, ascending)."""

    people: Rows
    short: Floats
    long: Floats

    def short_of(self, people: Rows) -> Floats:
        return lookup(people, self.people, self.short)

    def long_of(self, people: Rows) -> Floats:
        return lookup(people, self.people, self.long)


def decay(at_ms: Ints, now_ms: int, half_life_days: float) -> Floats:
    """What is left of an act's weight; acts later than now have not happened yet and weigh 0."""
    left = np.exp2((at_ms - now_ms) / (DAY_MS * half_life_days))
    return np.asarray(np.where(at_ms <= now_ms, left, 0.0), dtype=np.float64)


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
    order = order[np.searchsorted(others[order], 0) :]
    people = others[order]
    if not people.size:
        return Ties(people, np.zeros(0), np.zeros(0))
    starts = np.flatnonzero(np.concatenate([[True], people[1:] != people[:-1]]))
    weights = act_weights(acts, policy)
    short = weights * decay(acts.at_ms, now_ms, policy.affinity.short_days)
    long = weights * decay(acts.at_ms, now_ms, policy.affinity.long_days)
    return Ties(
        people[starts], np.add.reduceat(short[order], starts), np.add.reduceat(long[order], starts)
    )


def reciprocity(forth: Floats, back: Floats) -> Floats:
    """√(A_uv · A_vu) / (1 + √(A_uv · A_vu)): near 0 when only one of the two turns to the other."""
    both = np.sqrt(np.maximum(forth, 0.0) * np.maximum(back, 0.0))
    return np.asarray(both / (1.0 + both))
