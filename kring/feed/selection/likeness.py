"""How alike two posts are: the cosine of their vectors, or the topics they share."""

from __future__ import annotations

import numpy as np

from kring.feed.world.columns import Floats, Rows
from kring.feed.world.posts import PostTable
from kring.feed.world.texts import VECTOR_WIDTH

# Those who may come to stand on a page are among the first; the others are compared when needed.
FIRST = 128


class Likeness:
    """Rows of a similarity matrix in [-1, 1], worked out when asked for.

    Where either of two posts has no vector, it is the share of their topics that they share
    (Jaccard); 0 without topics.
    """

    def __init__(self, posts: PostTable, rows: Rows) -> None:
        self.posts = posts
        self.rows = rows
        self.width = 0
        # Whole numbers as float32, so that their products are exact whatever is multiplied with it.
        self._vectors = np.zeros((0, VECTOR_WIDTH), dtype=np.float32)
        self._inverse: Floats = np.zeros(0)
        self._lists: dict[int, list[float]] = {}
        self._widen_to(min(FIRST, len(rows)))

    def row(self, at: int) -> list[float]:
        """How alike each of the first `width` is to this one, itself one of them."""
        found = self._lists.get(at)
        if found is None:
            found = self._lists[at] = self._between(at, 0)
        return found

    def widen(self) -> None:
        """Lengthen every row to all posts, in place."""
        start = self.width
        self._widen_to(len(self.rows))
        for at, found in self._lists.items():
            found.extend(self._between(at, start))

    def _widen_to(self, width: int) -> None:
        rows, texts = self.rows[self.width : width], self.posts.texts
        vectors = texts.vectors.view[texts.vector_at.view[rows]].astype(np.float32)
        norm = np.sqrt(np.einsum("ij,ij->i", vectors, vectors).astype(np.float64))
        inverse = np.divide(1.0, norm, out=np.zeros(len(norm)), where=norm > 0)
        self._vectors = np.concatenate([self._vectors, vectors])
        self._inverse = np.concatenate([self._inverse, inverse])
        self._all_known = bool(self._inverse.all())
        self.width = width
        if not self._all_known:
            self._name_topics()

    def _between(self, at: int, start: int) -> list[float]:
        inverse = self._inverse[start:]
        alike = (self._vectors[start:] @ self._vectors[at]) * inverse * self._inverse[at]
        if not self._all_known:
            shared = (self._named[start:] @ self._named[at]).astype(np.float64)
            either = self._times[start:] + self._times[at] - shared
            by_topic = shared / np.maximum(either, 1.0)
            alike = np.where(inverse * self._inverse[at] == 0, by_topic, alike)
        result: list[float] = alike.tolist()
        return result

    def _name_topics(self) -> None:
        """One column per topic that any of them has: 1 where a post has it."""
        topics = self.posts.topics.view[self.rows[: self.width]]
        row, column = np.nonzero(topics >= 0)
        held, numbered = np.unique(topics[row, column], return_inverse=True)
        self._named = np.zeros((self.width, held.size), dtype=np.float32)
        self._named[row, numbered] = 1.0
        self._times = self._named.sum(axis=1, dtype=np.float64)
