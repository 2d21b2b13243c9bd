"""From the log to columns: who saw which post lately."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.core.ids import first_id_at, ms_of
from kring.feed.events import PostsSeen
from kring.feed.models import LoggedAct, Pseudonym
from kring.feed.world.columns import Floats
from kring.feed.world.exposures import ExposureColumns

MAX_REPORTS = 2_000_000
CHUNK = 20_000
Look = tuple[int, int, int, float, float]


def exposures(since: datetime) -> ExposureColumns:
    """Each person and post once: the first look's moment and expectation, the best chance.

    2 queries; rows are streamed, at most the `MAX_REPORTS` newest reports.
    """
    rows = np.fromiter(
        _looks(since),
        dtype=[("viewer", np.int64), ("post", np.int64), ("at", np.int64),
               ("chance", np.float64), ("expected", np.float64)],
    )  # fmt: skip
    # Oldest first within a pair; what is equal stays in the order of the log.
    rows = rows[np.lexsort((rows["at"], rows["post"], rows["viewer"]))]
    if not rows.size:
        return _columns(rows, rows["chance"])
    new = (np.diff(rows["viewer"]) != 0) | (np.diff(rows["post"]) != 0)
    first = np.concatenate([[0], np.flatnonzero(new) + 1])
    return _columns(rows[first], np.maximum.reduceat(rows["chance"], first))


def _columns(rows: NDArray[Any], chance: Floats) -> ExposureColumns:
    return ExposureColumns(
        viewer_id=rows["viewer"],
        post_id=rows["post"],
        at_ms=rows["at"],
        chance=chance,
        expected=rows["expected"],
    )


def _looks(since: datetime) -> Iterator[Look]:
    """(person, post, moment in ms, chance, expected response), newest reports first."""
    people = dict(Pseudonym.objects.values_list("pseudonym", "identity_id"))
    rows = (
        LoggedAct.objects.filter(kind=PostsSeen.__name__, id__gte=first_id_at(since))
        .order_by("-id")
        .values_list("actor", "id", "detail")[:MAX_REPORTS]
    )
    for actor, id_, detail in rows.iterator(CHUNK):
        # An erased person's pseudonym leads to nobody; what they saw is no longer counted.
        if actor not in people:
            continue
        posts = detail.get("post_ids", [])
        chances = detail.get("chances") or [1.0] * len(posts)
        expected = detail.get("expected") or [0.0] * len(posts)
        for post, chance, response in zip(posts, chances, expected, strict=True):
            yield people[actor], post, ms_of(id_), chance, response
