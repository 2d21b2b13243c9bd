"""Reading a policy: every number in its bounds, and a hash over the values.

A misspelt name is an error and not a silent default.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from kring.feed.policy.schema import (
    ENDS,
    GROUPS,
    HEADS,
    MIXES,
    SECTIONS,
    Attention,
    Curve,
    Numbers,
    Policy,
    PolicyError,
    Steering,
)

T = TypeVar("T")
DEFAULT_FILE = Path(__file__).parent.with_name("policy.toml")
ENTRY_KEYS = {"value", "unit", "min", "max", "why"}


@cache
def default_policy() -> Policy:
    """The policy that ships with Kring."""
    return parse_policy(DEFAULT_FILE.read_text(encoding="utf-8"))


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises PolicyError at the first number that cannot be used."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"The policy is not valid TOML: {error}.") from None
    _same_names("the policy", set(document), {*SECTIONS, "features"})
    sections = {name: _section(name, document[name], section) for name, section in SECTIONS.items()}
    features = {
        name: _curve(f"features.{name}", table) for name, table in document["features"].items()
    }
    _check_together(sections)
    values = _values(document)
    return Policy(**sections, features=features, hash=_hash(values))


def _section(name: str, table: dict[str, Any], section: type[T]) -> T:
    declared = {item.name: str(item.type) for item in fields(section)}  # type: ignore[arg-type]
    _same_names(f"[{name}]", set(table), set(declared))
    return section(
        **{key: _number(f"{name}.{key}", table[key], kind) for key, kind in declared.items()}
    )


def _curve(name: str, table: dict[str, Any]) -> Curve:
    curve = _section(name, table, Curve)
    if len(curve.knots) != len(curve.curve) or len(curve.knots) < 2:
        raise PolicyError(f"{name} needs as many numbers in its curve as it has knots, at least 2.")
    if any(b <= a for a, b in zip(curve.knots, curve.knots[1:], strict=False)):
        raise PolicyError(f"{name}.knots must rise from one to the next.")
    _one_per_head(f"{name}.gains", curve.gains)
    return curve


def _number(name: str, entry: Any, kind: str) -> Any:
    if not isinstance(entry, dict) or set(entry) != ENTRY_KEYS:
        raise PolicyError(f"{name} must give value, unit, min, max and why.")
    if not isinstance(entry["why"], str) or not entry["why"].strip():
        raise PolicyError(f"{name} must say why it is what it is.")
    value = entry["value"]
    if kind == "bool":
        if not isinstance(value, bool):
            raise PolicyError(f"{name} must be true or false, not {value}.")
        return value
    if (kind == "Numbers") != isinstance(value, list):
        raise PolicyError(f"{name} must be {'a list' if kind == 'Numbers' else 'one number'}.")
    for one in value if isinstance(value, list) else [value]:
        _check_bounds(name, one, entry)
    if kind == "Numbers":
        return tuple(float(one) for one in value)
    if kind == "int" and not isinstance(value, int):
        raise PolicyError(f"{name} must be a whole number, not {value}.")
    return value if kind == "int" else float(value)


def _check_bounds(name: str, value: Any, entry: dict[str, Any]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PolicyError(f"{name} must be a number, not {value}.")
    if not entry["min"] <= value <= entry["max"]:
        raise PolicyError(
            f"{name} must lie between {entry['min']} and {entry['max']} {entry['unit']}, "
            f"not {value}."
        )


def _check_together(sections: dict[str, Any]) -> None:
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


def _same_names(where: str, given: set[str], expected: set[str]) -> None:
    if given != expected:
        odd = min(given ^ expected)
        raise PolicyError(f"In {where}, {odd} is {'unknown' if odd in given else 'missing'}.")


def _values(table: dict[str, Any]) -> Any:
    if "value" in table and "why" in table:
        return table["value"]
    return {key: _values(inner) for key, inner in table.items()}


def _hash(values: Any) -> str:
    """The same for the same values, however the file is ordered, spaced or explained."""
    canonical = json.dumps(_as_floats(values), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _as_floats(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _as_floats(inner) for key, inner in values.items()}
    if isinstance(values, list):
        return [_as_floats(inner) for inner in values]
    return values if isinstance(values, bool) else float(values)


@cache
def public_numbers() -> list[tuple[str, list[dict[str, Any]]]]:
    """Every number with its unit and its reason, by section: what a community may read."""
    document = tomllib.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    features = document.pop("features")
    tables = [*document.items(), *((f"feature: {name}", rows) for name, rows in features.items())]
    return [
        (title, [{"name": name, **entry} for name, entry in rows.items()]) for title, rows in tables
    ]
