"""Everything that is concluded from one text, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kring.feed.policy.schema import Text
from kring.feed.text import duplicates
from kring.feed.text.bait import Bait, bait_of
from kring.feed.text.encode import Encoder, Vectors
from kring.feed.text.language import language_of
from kring.feed.text.words import own_words

# Counts up when the same words lead to other conclusions: everything is then analysed again.
VERSION = 1


@dataclass(frozen=True)
class Wording:
    """A text as its author wrote it. `earlier`: its earlier wordings, oldest first."""

    text: str
    declared_language: str = ""
    earlier: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Conclusions:
    """`first_said`: number of the wording that first said nearly this; `len(earlier)`: this one."""

    vector: Vectors | None
    language: str
    bait: Bait
    signature: duplicates.Signature | None
    first_said: int


NOTHING = Conclusions(vector=None, language="", bait=Bait(0.0), signature=None, first_said=0)


def analyse(wording: Wording, *, encoder: Encoder, policy: Text) -> Conclusions:
    """1 to 10 ms for a post of 50 words, by encoder; bounded for any length."""
    said = own_words(wording.text)
    vector = encoder.encode([said])[0]
    current = duplicates.signature(said, min_words=policy.duplicate_words)
    first = len(wording.earlier)
    if current is not None and wording.earlier:
        versions = [
            duplicates.signature(own_words(text), min_words=policy.duplicate_words)
            for text in wording.earlier
        ]
        first = duplicates.first_said(current, versions, threshold=policy.duplicate_similarity)
    return Conclusions(
        vector=vector if vector.any() else None,
        language=language_of(said, declared=wording.declared_language, policy=policy),
        bait=bait_of(said),
        signature=current,
        first_said=first,
    )
