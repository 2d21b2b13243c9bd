"""What every group of features shares."""

from __future__ import annotations

import numpy as np

from kring.feed.world.columns import Floats

GROUPS = ("person", "topic", "conversation", "response", "freshness", "discovery")
Columns = dict[str, Floats]


def signed_log(values: Floats) -> Floats:
    """log(1 + x), mirrored for x < 0: hidden posts push affinity below zero."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def how_many_exceed(values: Floats) -> Floats:
    """For each row, how many rows have a larger value: its place among the candidates, from 0."""
    ascending = np.sort(values)
    return (len(values) - np.searchsorted(ascending, values, side="right")).astype(np.float64)
