"""Whose openings count for a viewer: those of people they know.

What a crowd opens is easily made up: a dozen accounts that open each other's every post look like
a crowd to everybody. They do not to somebody who knows none of them. So strangers count less the
more people a viewer knows, and in a community without ties everybody counts.
"""

from __future__ import annotations

import numpy as np

from kring.feed.policy import Policy
from kring.feed.viewer import Viewer
from kring.feed.world import World
from kring.feed.world.columns import Floats


def near_of(world: World, viewer: Viewer, policy: Policy) -> Floats | None:
    """A weight in [0, 1] per number of a person; None for a viewer who knows nobody here.

    Connections and followed people weigh 1, others 1 − ties / company.near_ties, at least 0.
    """
    known = world.people.find_many(np.concatenate([viewer.connection_ids, viewer.followed_ids]))
    known = np.unique(known[known >= 0])
    if not known.size:
        return None
    strangers = max(1.0 - known.size / policy.company.near_ties, 0.0)
    weights = np.full(len(world.people), strangers)
    weights[known] = 1.0
    return weights
