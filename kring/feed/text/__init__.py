"""What can be concluded from the words of a post."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PostText:
    """Conclusions from one post's words.

    vector: shape (64,), int8; None where there were no words
    language: ISO 639-1 code, "" when unknown
    duplicate_of: the earlier post that says nearly the same; 0 for none
    topics: ids of topics that the words are about, though the author did not name them
    """

    vector: NDArray[np.int8] | None = None
    language: str = ""
    bait: bool = False
    duplicate_of: int = 0
    topics: tuple[int, ...] = ()
