"""docs/policy.md: every number of the policy that ships, as a page."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from kring.feed.policy import Number
from kring.web.templatetags.policy import SECTIONS

COMMAND = "kring policy show --markdown > docs/policy.md"
HEAD = """# The feed's numbers

Every number by which Kring puts posts in order: value, unit, bounds and why. They stand in
`kring/feed/policy.toml`; this page is made by `{command}`.
What the formulas do with them is told in [the feed](feed.md).

A community may run on a file of its own (`KRING_POLICY`), with the same numbers in the same units
within these bounds. `kring policy check FILE` says whether it can be used, `kring policy diff FILE`
how it differs. The fingerprint of the numbers is kept with every page that was served; that of
these is `{hash}`.

Where a number holds a list, one stands for each head (read, react, comment, share, outcome,
negative), or for each knot of a curve; the bounds hold for each.
"""


def markdown(numbers: list[Number], policy_hash: str) -> str:
    """The page. A section is a heading and a table."""
    parts = [HEAD.format(command=COMMAND, hash=policy_hash)]
    for section, rows in groupby(numbers, key=lambda number: number.section):
        title = SECTIONS.get(section.replace("features.", "feature: "), "")
        parts.append(f"\n## {section}\n\n{title + chr(10) * 2 if title else ''}{HEADINGS}")
        parts += [_row(number) for number in rows]
    return "".join(parts)


HEADINGS = "| number | value | unit | bounds | why |\n|---|---|---|---|---|\n"


def value_text(value: Any) -> str:
    """As it would stand in the file: 0.5, true, "[1, 2]"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(f'{one:g}' for one in value)}]"
    return f"{value:.10g}"


def _row(number: Number) -> str:
    bounds = f"{number.low:.10g} to {number.high:.10g}"
    cells = [f"`{number.name}`", value_text(number.value), number.unit, bounds, number.why]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"
