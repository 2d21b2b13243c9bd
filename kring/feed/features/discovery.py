"""Whom the viewer does not know yet."""

from __future__ import annotations

import numpy as np

from kring.feed.batch import Batch, SourceTag
from kring.feed.features.base import Columns
from kring.feed.stages import Context
from kring.feed.world.columns import Floats


def discovery(context: Context, batch: Batch) -> Columns:
    return {
        "new_author": _new_author(context, batch),
        # Reached through a strong tie, without a tie of one's own.
        "second_degree": batch.sources == 1 << SourceTag.STRONG_TIES,
        "new_subject": batch.sources == 1 << SourceTag.TOPICS,
    }


def _new_author(context: Context, batch: Batch) -> Floats:
    """1 for someone never shown and never acted upon, falling to 0 as they become familiar."""
    viewer, world = context.viewer, context.world
    rows = world.posts.index.find_many(viewer.seen_ids)
    shown = np.zeros(len(batch))
    if (rows >= 0).any():
        authors = world.posts.author.view[rows[rows >= 0]]
        times = np.bincount(authors, viewer.seen_times[rows >= 0])
        within = batch.author < times.size
        shown[within] = times[batch.author[within]]
    untouched = ~context.profile.forth.knows(batch.author)
    newness = np.maximum(1.0 - shown / context.policy.discovery.familiar_after, 0.0)
    return np.asarray(untouched * newness, dtype=np.float64)
