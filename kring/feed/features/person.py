"""What is between the viewer and the author."""

from __future__ import annotations

import numpy as np

from kring.feed.affinity import reciprocity
from kring.feed.batch import Batch
from kring.feed.features.base import Columns, signed_log
from kring.feed.response import Standing, tie_rates
from kring.feed.stages import Context
from kring.feed.world import AuthorKind
from kring.feed.world.columns import Floats


def person(context: Context, batch: Batch) -> Columns:
    """Affinity at both half-lives, reciprocity, the tie's class and its liveliness."""
    profile = context.profile
    lasting = profile.forth.long_of(batch.author)
    standing = Standing(batch["followed"], batch["connected"], batch["colleague"])
    rates = tie_rates(standing, batch.author, context.policy, profile.habit)
    return {
        "affinity_week": signed_log(profile.forth.short_of(batch.author)),
        "affinity_season": signed_log(lasting),
        "reciprocity": reciprocity(lasting, profile.back.long_of(batch.author)),
        "tie": _tie(standing, batch),
        "tie_rate": np.log(rates),
    }


def _tie(standing: Standing, batch: Batch) -> Floats:
    """0 none, 1 follow or membership, 2 connection, 3 colleague (same company now)."""
    classes = np.where(standing.connected, 2.0, standing.followed * 1.0)
    if standing.colleague.any():
        classes[standing.colleague & (batch["author_kind"] == AuthorKind.PERSON)] = 3.0
    return classes
