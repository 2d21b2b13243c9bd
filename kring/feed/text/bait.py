"""Engagement bait: asking for a reaction for the reaction's sake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bait:
    """`probability` that a text is bait; `cues`: names of what was found, most telling first."""

    probability: float
    cues: tuple[str, ...] = ()


def bait_of(text: str) -> Bait:
    return Bait(0.0)
