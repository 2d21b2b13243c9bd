"""Which topics a post is about though its author named none.

A topic is established when enough people wrote about it under its hashtag. An established topic is
concluded when its name stands in the text, or when the text's vector is nearest to the middle of
what was written under it, and near enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kring.feed.policy.schema import Text
from kring.feed.text.encode import WIDTH, Vectors, quantised, units
from kring.feed.text.words import words

# A name of one or two letters ("it", "hr") is a word of its own too often.
MIN_NAME = 3
MAX_NAME_WORDS = 4


@dataclass(frozen=True, eq=False)
class TopicSpace:
    """The established topics, by one encoder.

    ids: shape (t,); vectors: shape (t, 64), int8; names: what each is called, folded, in any
    number of ways
    """

    ids: NDArray[np.int64]
    vectors: Vectors
    names: dict[str, int] = field(default_factory=dict)


def topic_names(labels: Iterable[str]) -> set[str]:
    """The ways in which a topic may stand in a text: `legal-tech`, *Legal tech*, legaltech."""
    named = {" ".join(words(label.replace("-", " "))) for label in labels}
    named |= {"".join(words(label)) for label in labels}
    return {name for name in named if len(name) >= MIN_NAME and name.count(" ") < MAX_NAME_WORDS}


def infer(text: str, vector: Vectors | None, space: TopicSpace, policy: Text) -> tuple[int, ...]:
    """At most `topics_each` ids: those named, in order of appearance, then the nearest."""
    found = dict.fromkeys(_named(text, space))
    if vector is not None and len(space.ids):
        cosines = (units(space.vectors) @ units(vector[None, :])[0]).astype(np.float64)
        for place in np.argsort(-cosines, kind="stable")[: policy.topics_each]:
            if cosines[place] >= policy.topic_cosine:
                found.setdefault(int(space.ids[place]))
    return tuple(found)[: policy.topics_each]


def _named(text: str, space: TopicSpace) -> list[int]:
    said = words(text)
    found = []
    for start in range(len(said)):
        for length in range(1, MAX_NAME_WORDS + 1):
            topic = space.names.get(" ".join(said[start : start + length]))
            if topic is not None:
                found.append(topic)
    return found


@dataclass
class Middles:
    """Sums, per topic, of the vectors of what was written under it."""

    _sums: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    _posts: dict[int, int] = field(default_factory=dict)
    _authors: dict[int, set[int]] = field(default_factory=dict)

    def add(self, topic_id: int, author_id: int, vector: Vectors) -> None:
        total = self._sums.setdefault(topic_id, np.zeros(WIDTH, dtype=np.float32))
        total += units(vector[None, :])[0]
        self._posts[topic_id] = self._posts.get(topic_id, 0) + 1
        self._authors.setdefault(topic_id, set()).add(author_id)

    def established(self, policy: Text) -> dict[int, tuple[Vectors, int]]:
        """(middle, number of posts) per topic with enough posts by enough people."""
        return {
            topic: (quantised(self._sums[topic][None, :])[0], posts)
            for topic, posts in self._posts.items()
            if posts >= policy.topic_posts and len(self._authors[topic]) >= policy.topic_authors
        }
