"""What is between the viewer and the author."""

from __future__ import annotations

import numpy as np

from kring.feed.affinity import reciprocity
from kring.feed.batch import Batch
from kring.feed.features.base import Columns, signed_log
from kring.feed.response import tie_rates
from kring.feed.stages import Context
from kring.feed.world import AuthorKind
from kring.feed.world.columns import Floats, contains


def person(context: Context, batch: Batch) -> Columns:
    """Affinity at both half-lives, reciprocity, the tie's class and its liveliness."""
    profile = context.profile
    lasting = profile.forth.long_of(batch.author)
    rates = tie_rates(context.world, context.viewer, batch.author, context.policy, profile.habit)
    return {
        "affinity_week": signed_log(profile.forth.short_of(batch.author)),
        "affinity_season": signed_log(lasting),
        "reciprocity": reciprocity(lasting, profile.back.long_of(batch.author)),
        "tie": _tie(context, batch),
        "tie_rate": np.log(rates),
    }


def _tie(context: Context, batch: Batch) -> Floats:
    """0 none, 1 follow or membership, 2 connection, 3 colleague (same company now)."""
    viewer = context.viewer
    followed = contains(batch.author_id, viewer.followed_ids)
    followed |= contains(batch.author_id, viewer.membership_ids)
    classes = np.where(contains(batch.author_id, viewer.connection_ids), 2.0, followed * 1.0)
    if viewer.company_id:
        colleague = context.world.companies(batch.author) == viewer.company_id
        classes[colleague & (batch["author_kind"] == AuthorKind.PERSON)] = 3.0
    return classes
