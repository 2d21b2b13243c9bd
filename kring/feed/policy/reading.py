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
from pathlib import Path
from typing import Any, TypeVar

from kring.feed.policy.checks import check_curve, check_together
from kring.feed.policy.schema import SECTIONS, Curve, Policy, PolicyError

T = TypeVar("T")
DEFAULT_FILE = Path(__file__).parent.with_name("policy.toml")
ENTRY_KEYS = {"value", "unit", "min", "max", "why"}
# Beyond this a number is a slip of the pen and arithmetic stops being exact.
LARGEST = 1e15

_chosen: list[Path] = []


def choose_file(file: Path | None) -> None:
    """Run on a community's own policy, or on the one that ships (None). For when a process starts.

    The file must have been checked (`policy_file.read_policy_file`).
    """
    _chosen[:] = [file] if file is not None else []
    default_policy.cache_clear()


def chosen_file() -> Path:
    """Where the policy in use stands."""
    return _chosen[0] if _chosen else DEFAULT_FILE


@cache
def default_policy() -> Policy:
    """The policy in use: the community's own if it has one, else the one that ships with Kring."""
    return parse_policy(chosen_file().read_text(encoding="utf-8"))


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises PolicyError at the first number that cannot be used."""
    document = parse_document(text)
    _same_names("the policy", set(document), {*SECTIONS, "features"})
    sections = {name: _section(name, document[name], section) for name, section in SECTIONS.items()}
    features = {
        name: _curve(f"features.{name}", table)
        for name, table in _table("features", document["features"]).items()
    }
    check_together(sections)
    return Policy(**sections, features=features, hash=_hash(_values(document)))


def parse_document(text: str) -> dict[str, Any]:
    """The file's tables as they stand. Raises PolicyError if it is not TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise PolicyError(f"The policy is not valid TOML: {reason}.") from None


def _table(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PolicyError(f"{name} must be a section with numbers in it.")
    return value


def _section(name: str, value: Any, section: type[T]) -> T:
    table = _table(name, value)
    declared = {item.name: str(item.type) for item in fields(section)}  # type: ignore[arg-type]
    _same_names(f"[{name}]", set(table), set(declared))
    return section(
        **{key: _number(f"{name}.{key}", table[key], kind) for key, kind in declared.items()}
    )


def _curve(name: str, value: Any) -> Curve:
    curve = _section(name, value, Curve)
    check_curve(name, curve)
    return curve


def _number(name: str, entry: Any, kind: str) -> Any:
    _check_entry(name, entry)
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


def _check_entry(name: str, entry: Any) -> None:
    """Everything that a number is told with."""
    if not isinstance(entry, dict) or set(entry) != ENTRY_KEYS:
        raise PolicyError(f"{name} must give value, unit, min, max and why.")
    for word, told in (("unit", "in what unit it is"), ("why", "why it is what it is")):
        if not isinstance(entry[word], str) or not entry[word].strip():
            raise PolicyError(f"{name} must say {told}.")
    if not (_is_number(entry["min"]) and _is_number(entry["max"])):
        raise PolicyError(f"{name} must have numbers for its min and max.")


def _check_bounds(name: str, value: Any, entry: dict[str, Any]) -> None:
    if not _is_number(value):
        raise PolicyError(f"{name} must be a number, not {str(value)[:40]}.")
    if not entry["min"] <= value <= entry["max"]:
        raise PolicyError(
            f"{name} must lie between {entry['min']} and {entry['max']} {entry['unit']}, "
            f"not {value}."
        )


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -LARGEST <= value <= LARGEST and not math.isnan(value)


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
