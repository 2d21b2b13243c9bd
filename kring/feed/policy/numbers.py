"""A policy as a list of numbers, each with what is told about it: to show, to print, to compare."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kring.feed.policy.reading import chosen_file, parse_document


class Number(NamedTuple):
    """One number. section: of a feature's curve "features.NAME"; value: a list holds several."""

    section: str
    name: str
    value: Any
    unit: str
    low: float
    high: float
    why: str

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"


class Difference(NamedTuple):
    """A number that two policies disagree on. before, after: None where it is not there."""

    path: str
    before: Number | None
    after: Number | None

    @property
    def known(self) -> Number:
        number = self.after or self.before
        assert number is not None
        return number


def numbers_of(text: str) -> list[Number]:
    """Every number of a policy that can be used, in the order of the file."""
    document = parse_document(text)
    features = document.pop("features")
    tables = [*document.items(), *((f"features.{name}", rows) for name, rows in features.items())]
    return [
        Number(title, name, row["value"], row["unit"], row["min"], row["max"], row["why"])
        for title, rows in tables
        for name, row in rows.items()
    ]


def differences(before: list[Number], after: list[Number]) -> list[Difference]:
    """The numbers whose values differ, in the order of `after`; those it lacks come last."""
    old = {number.path: number for number in before}
    new = {number.path: number for number in after}
    return [
        Difference(path, old.get(path), new.get(path))
        for path in (*new, *(path for path in old if path not in new))
        if path not in old or path not in new or old[path].value != new[path].value
    ]


def public_numbers() -> list[tuple[str, list[dict[str, Any]]]]:
    """Every number in use with its unit and its reason, by section: what a community may read."""
    return _public_numbers(chosen_file())


@cache
def _public_numbers(file: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for number in numbers_of(file.read_text(encoding="utf-8")):
        title = number.section.replace("features.", "feature: ")
        row = {"name": number.name, "value": number.value, "unit": number.unit}
        bounds = {"min": number.low, "max": number.high, "why": number.why}
        sections.setdefault(title, []).append(row | bounds)
    return list(sections.items())
