"""Explain a member's ranked feed: what every stage did to every post."""

from __future__ import annotations

import argparse
from typing import Any

from kring.project.cli.output import at_least_one, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", help="of the member, or an external id such as ldbc:933")
    parser.add_argument("--limit", type=at_least_one, default=20, help="posts (default: 20)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    from kring.core import clock
    from kring.feed.serving import explain
    from kring.members.queries import identity_by_handle

    viewer = identity_by_handle(args.handle)
    rows = explain(viewer, now=clock.utc_now(), limit=args.limit)
    if args.json:
        print_json(rows)
    else:
        print("\n".join(_lines(rows)) or f"There is nothing in the feed of @{viewer.handle} yet.")
    return 0


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        shares = ", ".join(f"{name} {share:+.2f}" for name, share in row["contributions"].items())
        held = ", ".join(f"{n} x{f:.2f}" for n, f in row["multipliers"].items() if f < 1)
        without = row["rank_without_top_reason"]
        lines += [
            f"{row['rank']:>3}. @{row['author']}  {row['post_id']}  score {row['score']:.3f}"
            f"  ({row['source']})",
            f"     prior {row['prior']:.2f}, {shares}" + (f"; held back: {held}" if held else ""),
            f"     without {row['top_reason']}: {without or 'further down'};"
            f" by time: {row['rank_by_time']}; by score: {row['rank_by_score']}"
            + (f", held by: {row['moved_by']}" if row["moved_by"] else ""),
        ]
    return lines
