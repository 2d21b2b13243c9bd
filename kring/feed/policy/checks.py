"""What numbers of a policy must be to each other. Each refusal is one sentence."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from kring.feed.policy.schema import (
    ENDS,
    GROUPS,
    HEADS,
    MIXES,
    Attention,
    Curve,
    Numbers,
    PolicyError,
    Steering,
)


def check_curve(name: str, curve: Curve) -> None:
    """A curve that can be drawn. Raises PolicyError."""
    if len(curve.knots) != len(curve.curve) or len(curve.knots) < 2:
        raise PolicyError(f"{name} needs as many numbers in its curve as it has knots, at least 2.")
    if any(b <= a for a, b in pairwise(curve.knots)):
        raise PolicyError(f"{name}.knots must rise from one to the next.")
    _one_per_head(f"{name}.gains", curve.gains)


def check_together(sections: dict[str, Any]) -> None:
    """Sections that fit together. Raises PolicyError."""
    for key in ("bias", "weights"):
        _one_per_head(f"value.{key}", getattr(sections["value"], key))
    *positive, negative = sections["value"].weights
    if min(positive) < 0 or negative > 0:
        raise PolicyError("value.weights must be positive for all heads but the last, negative.")
    if sections["multipliers"].less_end_days <= sections["multipliers"].less_days:
        raise PolicyError("multipliers.less_end_days must come after multipliers.less_days.")
    _check_steering(sections["steering"])
    _check_attention(sections["attention"])


def _check_steering(steering: Steering) -> None:
    """Every list as long as it must be, and no axis that pulls the same way at both ends."""
    for axis, (low, high) in ENDS.items():
        ends = (getattr(steering, low), getattr(steering, high))
        if any(len(factors) != len(GROUPS) for factors in ends):
            raise PolicyError(f"steering.{low} and {high} must hold {len(GROUPS)} numbers each.")
        if any((a - 1) * (b - 1) > 0 for a, b in zip(*ends, strict=True)):
            raise PolicyError(f"The ends of {axis} must lie on either side of 1, group by group.")
    if len(steering.outside) != 2 * len(ENDS):
        raise PolicyError(f"steering.outside must hold {2 * len(ENDS)} numbers, one per end.")
    if any(a * b > 0 for a, b in zip(steering.outside[::2], steering.outside[1::2], strict=True)):
        raise PolicyError("steering.outside must move either way at the two ends of an axis.")
    for preset in MIXES:
        positions = getattr(steering, preset)
        if len(positions) != len(ENDS) or any(one != int(one) for one in positions):
            raise PolicyError(f"steering.{preset} must hold {len(ENDS)} whole numbers.")


def _check_attention(attention: Attention) -> None:
    """A chance of being seen for every place of a page, and time to add up a page's reports."""
    starts = attention.eta_from
    if len(starts) != len(attention.eta) or not starts or starts[0] != 1:
        raise PolicyError("attention.eta_from must begin at 1 and have a number of eta for each.")
    if any(b <= a for a, b in pairwise(starts)):
        raise PolicyError("attention.eta_from must rise from one to the next.")
    if attention.add_up_hours < attention.page_hours:
        raise PolicyError("attention.add_up_hours must not be less than attention.page_hours.")


def _one_per_head(name: str, numbers: Numbers) -> None:
    if len(numbers) != len(HEADS):
        raise PolicyError(f"{name} must hold {len(HEADS)} numbers, one per head.")
