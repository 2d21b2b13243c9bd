"""How new a post is: by the clock, beside the others, and since the viewer was last here."""

from __future__ import annotations

import numpy as np

from kring.feed.batch import Batch
from kring.feed.features.base import Columns, how_many_exceed
from kring.feed.stages import Context

HOUR_MS = 3_600_000
APART = 6.0


def freshness(context: Context, batch: Batch) -> Columns:
    hours = np.maximum((context.viewer.now_ms - batch["created_ms"]) / HOUR_MS, 0.0)
    away = max((context.viewer.now_ms - context.profile.last_here_ms) / HOUR_MS, 0.0)
    since = np.log((hours + 0.25) / (away + 0.25)) if context.profile.last_here_ms else 0.0 * hours
    return {
        "age": np.log1p(hours),
        "newer_on_page": np.log1p(how_many_exceed(-hours)),
        "since_visit": np.clip(since, -APART, APART),
    }
