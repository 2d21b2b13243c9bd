"""From what a member set to what the ranking obeys: axes and presets as factors. Pure.

Four axes between two goods, each from -2 to 2 with 0 in the middle, where everything counts as the
policy has it. The policy says what an axis does at either end; between the middle and an end the
effect is linear, and the effects of several axes multiply.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from kring.feed.policy import ENDS, MIXES, Policy

AXES = tuple(ENDS)
FURTHEST = 2
# "time" is no ranking at all, "own" is what a member set.
PRESETS = (*MIXES, "time", "own")
MOST_COUNTED = 2.0
MOST_OUTSIDE_PERCENT = 60
Axes = tuple[int, int, int, int]
MIDDLE: Axes = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Mix:
    """Positions of the four axes, in the order of AXES, and the share from outside if it was set.

    outside_percent: 0-60 of a page; None leaves it to the policy and the axes
    """

    axes: Axes = MIDDLE
    outside_percent: int | None = None


def mix_of(preset: str, own: Mix, policy: Policy) -> Mix:
    """The mix that a preset stands for; a share from outside that was set by hand stays."""
    if preset == "own":
        return own
    return Mix(positions_of(preset, policy), own.outside_percent)


def positions_of(preset: str, policy: Policy) -> Axes:
    """Where the four axes stand in a preset; in the middle for one without positions."""
    if preset not in MIXES:
        return MIDDLE
    a, b, c, d = (int(position) for position in getattr(policy.steering, preset))
    return a, b, c, d


def factors_of(axes: Axes, policy: Policy) -> tuple[float, ...]:
    """How much each group of reasons counts, 0-2, in the order of `policy.GROUPS`.

    axes: -2 to 2 each; (0, 0, 0, 0) gives 1 for every group
    """
    each = [_along(axis, position, policy) for axis, position in zip(AXES, axes, strict=True)]
    return tuple(min(prod(factors), MOST_COUNTED) for factors in zip(*each, strict=True))


def outside_of(mix: Mix, policy: Policy) -> float | None:
    """The largest share of a page from outside the network; None: as the policy has it."""
    if mix.outside_percent is not None:
        return mix.outside_percent / 100
    shift = sum(
        abs(position) / FURTHEST * policy.steering.outside[2 * at + (position > 0)]
        for at, position in enumerate(mix.axes)
    )
    if shift == 0:
        return None
    return min(max(policy.steering.outside_share + shift, 0.0), MOST_OUTSIDE_PERCENT / 100)


def _along(axis: str, position: int, policy: Policy) -> tuple[float, ...]:
    end: tuple[float, ...] = getattr(policy.steering, ENDS[axis][position > 0])
    share = abs(position) / FURTHEST
    return tuple(1.0 + share * (factor - 1.0) for factor in end)
