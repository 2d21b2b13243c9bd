"""How alike two posts are: the cosine of their vectors, or the topics they share."""

from __future__ import annotations

import numpy as np

from kring.feed.world.columns import Floats, Rows
from kring.feed.world.posts import PostTable
from kring.network.graph import distinct

# Those who come to stand on a page are nearly always among the first: these are compared at once.
FIRST = 64


class Likeness:
    """Rows of a similarity matrix in [-1, 1].

    Where either of two posts has no vector, it is the share of their topics that they share
    (Jaccard); 0 without topics.
    """

    def __init__(self, posts: PostTable, rows: Rows) -> None:
        self.posts = posts
        self.rows = rows
        self._lists: dict[int, list[float]] = {}
        self._read(min(FIRST, len(rows)))
        self._first = self._between(slice(None), 0)

    def row(self, at: int) -> list[float]:
        """How alike each of the first `width` is to this one, itself one of them."""
        found = self._lists.get(at)
        if found is not None:
            return found
        if at >= self.width:
            self.widen()
        alike = self._first[at] if self.width == len(self._first) else self._between(at, 0)
        told: list[float] = alike.tolist()
        self._lists[at] = told
        return told

    def widen(self) -> None:
        """Lengthen every row to all posts, in place."""
        start = self.width
        self._read(len(self.rows))
        for at, found in self._lists.items():
            found.extend(self._between(at, start).tolist())

    def _read(self, width: int) -> None:
        """Make the first `width` posts ready to be compared."""
        self.width = width
        texts = self.posts.texts
        # Whole numbers as float32, so that their products are exact whatever is multiplied with it.
        self._vectors = texts.vectors.view[texts.vector_at.view[self.rows[:width]]].astype(
            np.float32
        )
        norm = np.sqrt(np.einsum("ij,ij->i", self._vectors, self._vectors).astype(np.float64))
        self._inverse = np.divide(1.0, norm, out=np.zeros(width), where=norm > 0)
        self._all_known = bool(self._inverse.all())
        if not self._all_known:
            self._name_topics()

    def _between(self, at: int | slice, start: int) -> Floats:
        """How alike one post, or each of them, is to those from `start` on."""
        inverse = self._inverse[start:]
        mine = self._inverse[at, None]
        alike = self._vectors[at] @ self._vectors[start:].T * inverse * mine
        if self._all_known:
            return np.asarray(alike)
        shared = (self._named[at] @ self._named[start:].T).astype(np.float64)
        either = self._times[start:] + self._times[at, None] - shared
        return np.asarray(np.where(inverse * mine == 0, shared / np.maximum(either, 1.0), alike))

    def _name_topics(self) -> None:
        """One column per topic that any of them has: 1 where a post has it."""
        topics = self.posts.topics.view[self.rows[: self.width]]
        row, column = np.nonzero(topics >= 0)
        named = topics[row, column]
        held = distinct(named)
        self._named = np.zeros((self.width, held.size), dtype=np.float32)
        self._named[row, np.searchsorted(held, named)] = 1.0
        self._times = self._named.sum(axis=1, dtype=np.float64)
