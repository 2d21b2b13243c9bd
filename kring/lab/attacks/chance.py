"""Chance that two lives of one community share: the same draw for the same person and subject.

Whether somebody likes a post is settled by who they are and which post it is, not by how many
numbers were drawn before; so an honest and an attacked week differ by the attack alone.
"""

from __future__ import annotations

import numpy as np

from kring.feed.world.columns import Floats, Ints

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def draw(seed: int, purpose: int, person: int, subjects: Ints) -> Floats:
    """A number in [0, 1) per subject (SplitMix64's finaliser, Steele et al. 2014)."""
    salt = (seed * 0xBF58476D1CE4E5B9 + purpose * 0x94D049BB133111EB + person * _GOLDEN) & _MASK
    z = np.asarray(subjects).astype(np.uint64)
    with np.errstate(over="ignore"):
        z = z * np.uint64(_GOLDEN) ^ np.uint64(salt)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
        z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def one(seed: int, purpose: int, person: int, subject: int) -> float:
    return float(draw(seed, purpose, person, np.array([subject], dtype=np.int64))[0])
