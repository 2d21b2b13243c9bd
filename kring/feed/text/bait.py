"""Engagement bait: asking for a reaction for the reaction's sake.

The log-odds that a text is bait are a bias plus the weights of the cues found (`bait_cues`), so
every verdict can be told in words. What others say is left out: quoted lines, and quoted sentences
within a line, so that writing about bait is not bait.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from kring.feed.text.bait_cues import BIAS, CUES, MOST_HONEST
from kring.feed.text.words import own_words, plain

# Bait stands at the beginning or at the end; a text's middle is told, not asked.
_HEAD, _TAIL = 1_500, 1_500
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{10,300})[\"”»]")
_QUOTED_WORDS = 4
# Nothing is said between words: a page of empty lines must not be walked from each of its lines.
_GAP = re.compile(r"\s{2,}")
# A word in capitals stands for a word in quotation marks: comment YES, comment "yes".
_SHOUTED = re.compile(r"\b([A-Z]{2,20})\b")


@dataclass(frozen=True)
class Bait:
    """`probability` that a text is bait; `cues`: names of what was found, most telling first."""

    probability: float
    cues: tuple[str, ...] = ()


def bait_of(text: str) -> Bait:
    """How likely a text is bait, and by which cues. Bounded: 3,000 signs are looked at."""
    said = _GAP.sub(_one_space, plain(own_words(text)))
    if len(said) > _HEAD + _TAIL:
        said = f"{said[:_HEAD]}\n{said[-_TAIL:]}"
    said = _QUOTED.sub(_unless_said_by_others, said)
    said = (said if said.isupper() else _SHOUTED.sub(r"«\1»", said)).lower()
    found = [cue for cue in CUES if cue.pattern.search(said)]
    pro = sum(cue.weight for cue in found if cue.weight > 0)
    contra = sum(cue.weight for cue in found if cue.weight < 0)
    odds = BIAS + pro + max(contra, MOST_HONEST)
    named = sorted((cue for cue in found if cue.weight > 0), key=lambda cue: -cue.weight)
    return Bait(1 / (1 + math.exp(-odds)), tuple(cue.name for cue in named))


def _one_space(gap: re.Match[str]) -> str:
    return "\n" if "\n" in gap[0] else " "


def _unless_said_by_others(quoted: re.Match[str]) -> str:
    return " " if len(quoted[1].split()) >= _QUOTED_WORDS else quoted[0]
