"""The one order of results: points, then closeness, then name, then id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kring.search.matching import Matches
from kring.search.postings import Ints

# Of more equals than this only the ids decide: so many names are not read for one page.
MOST_EQUALS = 400
Names = Callable[[Sequence[int]], Mapping[int, str]]
# Points and closeness in one number, small enough to be sorted by its digits.
_CLOSENESS, _MOST_POINTS = 8, 4_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """The results in order, before equals are put by name. rank: falls along the order"""

    ids: Ints
    rank: NDArray[np.int16]


def best_first(found: Matches, degrees: Ints) -> Ranked:
    points = np.minimum(found.points, _MOST_POINTS)
    rank = (points * _CLOSENESS + (_CLOSENESS - 1 - degrees)).astype(np.int16)
    # Stable: equals stay as they are in `found`, by id.
    order = np.argsort(-rank, kind="stable")
    return Ranked(found.ids[order], rank[order])


def page_of(ranked: Ranked, part: slice, *, names: Names) -> list[int]:
    """The ids of one part of the ordered results.

    names: sort names of ids, asked once, for those among whom a name decides
    """
    start, stop, _ = part.indices(ranked.ids.size)
    if start >= stop:
        return []
    falling = -ranked.rank
    first = np.searchsorted(falling, falling[start], side="left")
    last = np.searchsorted(falling, falling[stop - 1], side="right")
    ids, rank = ranked.ids[first:last], ranked.rank[first:last]
    ends = np.flatnonzero(np.append(rank[1:] != rank[:-1], True)) + 1
    sizes = np.diff(np.append(0, ends))
    known = names(ids[np.repeat((sizes > 1) & (sizes <= MOST_EQUALS), sizes)].tolist())
    ordered: list[int] = []
    begin = 0
    for end in ends.tolist():
        group = ids[begin:end].tolist()
        if end - begin <= MOST_EQUALS:
            group.sort(key=lambda id_: (known.get(id_, ""), id_))
        ordered += group
        begin = end
    return ordered[start - int(first) : stop - int(first)]
