"""What the words of each post say: language, bait, whose copy it is, and a vector of its subject.

Vectors stand in a table of their own, because only recent posts have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kring.feed.text import PostText
from kring.feed.world.columns import Column, Rows

VECTOR_WIDTH = 64
NO_LANGUAGE = 0


def language_code(language: str) -> int:
    """A two-letter language as a number, 0 for none, so that columns can hold it."""
    if len(language) < 2:
        return NO_LANGUAGE
    return ord(language[0].lower()) << 8 | ord(language[1].lower()) & 0xFF


@dataclass
class TextTable:
    """One row per post. vector_at: place in `vectors`; 0 is the vector of who has none."""

    language: Column[np.uint16] = field(default_factory=lambda: Column(np.uint16))
    bait: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    duplicate_of: Column[np.int64] = field(default_factory=lambda: Column(np.int64))
    vector_at: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    vectors: Column[np.int8] = field(default_factory=lambda: Column(np.int8, width=VECTOR_WIDTH))

    def lengthen(self, posts: int) -> None:
        for column in (self.language, self.bait, self.duplicate_of, self.vector_at):
            column.fill_to(posts, 0)
        self.vectors.fill_to(1, 0)

    def set(self, row: int, text: PostText) -> None:
        self.language.view[row] = language_code(text.language)
        self.bait.view[row] = text.bait
        self.duplicate_of.view[row] = text.duplicate_of
        place = int(self.vector_at.view[row])
        if text.vector is None:
            if place:
                self.vectors.view[place] = 0
            self.vector_at.view[row] = 0
        elif place:
            self.vectors.view[place] = text.vector
        else:
            self.vector_at.view[row] = len(self.vectors)
            self.vectors.append(text.vector)

    def clear(self, row: int) -> None:
        """Forget what was concluded from a post."""
        for column in (self.language, self.bait, self.duplicate_of):
            column.view[row] = 0
        place = int(self.vector_at.view[row])
        if place:
            self.vectors.view[place] = 0
            self.vector_at.view[row] = 0

    def load(self, rows: Rows, texts: Sequence[PostText]) -> None:
        """The same for many posts at once, that had no text before."""
        self.language.view[rows] = [language_code(text.language) for text in texts]
        self.bait.view[rows] = [text.bait for text in texts]
        self.duplicate_of.view[rows] = [text.duplicate_of for text in texts]
        vectors = [text.vector for text in texts if text.vector is not None]
        if vectors:
            has = np.array([text.vector is not None for text in texts])
            self.vector_at.view[rows[has]] = len(self.vectors) + np.arange(len(vectors))
            self.vectors.extend(np.stack(vectors))

    def vectors_of(self, rows: Rows) -> NDArray[np.float32]:
        """Unit vectors, shape (n, 64); zeros for a post that has none."""
        held = self.vectors.view[self.vector_at.view[rows]].astype(np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", held, held))
        return np.asarray(held / np.maximum(length, 1.0)[:, None])
