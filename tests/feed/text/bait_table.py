"""How well the bait check does on texts labelled by hand: `python -m tests.feed.text.bait_table`.

`dev.jsonl` is what the cues were written on; `test.jsonl` was written after them and has not been
used to change them. Whoever changes a cue for a text of `test.jsonl` must move that text to
`dev.jsonl` and write new ones.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from kring.feed.policy import default_policy
from kring.feed.text.bait import bait_of
from kring.feed.text.bait_cues import KINDS

HERE = Path(__file__).parent / "bait"
Z = 1.959964


def rows(part):
    return [json.loads(line) for line in (HERE / f"{part}.jsonl").read_text().splitlines()]


def wilson(right, of):
    """Wilson's 95 % interval (1927) for a share."""
    share, spread = right / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / of / 4)
    return middle - half, middle + half


def found(row):
    return bait_of(row["text"]).probability >= default_policy().text.bait_probability


def told(right, of):
    if not of:
        return "–"
    low, high = wilson(right, of)
    return f"{right}/{of} = {right / of:.2f} ({low:.2f}–{high:.2f})"


def table():
    lines = ["| texts | precision | recall |", "|---|---|---|"]
    for part in ("test", "dev"):
        for language in ("en", "nl"):
            some = [row for row in rows(part) if row["language"] == language]
            hits = [row for row in some if found(row)]
            right = sum(bool(row["kind"]) for row in hits)
            bait = sum(bool(row["kind"]) for row in some)
            lines.append(
                f"| {part}, {language} ({len(some)}) | {told(right, len(hits))} "
                f"| {told(right, bait)} |"
            )
    return "\n".join(lines)


def table_of_kinds():
    lines = ["| asks for a | test | dev |", "|---|---|---|"]
    for kind in KINDS:
        cells = []
        for part in ("test", "dev"):
            some = [row for row in rows(part) if row["kind"] == kind]
            cells.append(told(sum(map(found, some)), len(some)))
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(), table_of_kinds(), sep="\n\n")
