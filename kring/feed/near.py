"""Whose openings count for a viewer: those of people they know.

What a crowd opens is easily made up: a dozen accounts that open each other's every post look like
a crowd to everybody. They do not to somebody who knows none of them. So strangers count less the
more people a viewer knows, and in a community without ties everybody counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kring.feed.circle import Circle
from kring.feed.policy import Policy
from kring.feed.world.columns import Bools, Floats, Rows
from kring.network.graph import distinct


class Near(NamedTuple):
    """How much people count for one viewer: those they know 1, strangers less.

    known: per number of a person; strangers: the weight of the others, in [0, 1]
    """

    known: Bools
    strangers: float

    @property
    def counting(self) -> Bools | None:
        """Per number of a person, whether they count at all; None where everybody does."""
        return None if self.strangers else self.known

    def weight_of(self, people: Rows) -> Floats:
        return np.where(self.known.take(people), 1.0, self.strangers)


def near_of(circle: Circle, policy: Policy) -> Near | None:
    """None for a viewer who knows nobody here.

    Known are connections and followed people; strangers weigh 1 − ties / company.near_ties, at
    least 0.
    """
    known = distinct(np.concatenate([circle.connections, circle.followed]))
    known = known[np.searchsorted(known, 0) :]
    if not known.size:
        return None
    strangers = max(1.0 - known.size / policy.company.near_ties, 0.0)
    among = np.zeros(len(circle.world.people), dtype=np.bool_)
    among[known] = True
    return Near(among, strangers)
