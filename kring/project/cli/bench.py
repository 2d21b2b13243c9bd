"""Measure the feed or people search in CPU milliseconds, in a database of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from kring.project.cli.output import at_least_one, folder, print_json, say

FEWEST = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["feed", "people"], help="what to measure")
    parser.add_argument("--members", type=at_least_one, default=1000, help="default: 1000")
    parser.add_argument("--seed", type=int, default=1, help="of the community (default: 1)")
    parser.add_argument(
        "--runs", type=at_least_one, default=200, help="of each step (default: 200)"
    )
    parser.add_argument(
        "--keep", metavar="DIR", type=Path, help="keep the community there, and use it again"
    )
    parser.add_argument(
        "--flames", metavar="DIR", type=folder, help="write flame graphs of the pages there"
    )
    parser.add_argument(
        "--database", metavar="URL", default="",
        help="an empty PostgreSQL database of this machine, to measure people search in",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Runs in a process of its own, so that no database of yours is ever touched."""
    if args.members < FEWEST:
        say(f"A community to measure needs at least {FEWEST} members.")
        return 2
    if args.flames if args.what == "people" else args.database:
        say(
            "Flames are drawn of the feed alone, and PostgreSQL is measured by people search alone."
        )
        return 2
    if args.keep is not None:
        args.keep.mkdir(parents=True, exist_ok=True)
    place = nullcontext(args.keep) if args.keep else tempfile.TemporaryDirectory("", "kring-bench-")
    with place as where:
        environ = {name: v for name, v in os.environ.items() if not name.startswith("KRING_")}
        environ |= {"KRING_DATA": str(where), "KRING_LOG_LEVEL": "error"}
        environ["KRING_DATABASE"] = args.database
        command = [sys.executable, "-m", f"kring.project.bench.{args.what}"]
        order = [str(args.members), str(args.seed), str(args.runs), str(args.flames or "")]
        done = subprocess.run(  # noqa: S603  (our own interpreter and module)
            [*command, *order], env=environ, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode == 2:
        # It has said what it cannot use.
        return 2
    if done.returncode != 0:
        say("The benchmark could not be finished; see above.")
        return 1
    document = json.loads(done.stdout)
    if args.json:
        print_json(document)
    else:
        print(table(document))
    return 0


def table(document: dict[str, Any]) -> str:
    """The figures as a Markdown table, for docs/performance.md: median and 99th percentile."""
    classes = document["viewers"]
    steps = list(next(iter(classes.values()))["cpu_ms"])
    rows = [
        f"| {step} | " + " | ".join(_cell(one["cpu_ms"][step]) for one in classes.values()) + " |"
        for step in steps
    ]
    head = _of_people if "postings" in document else _of_feed
    return "\n".join(
        [
            head(document),
            "",
            "| CPU ms, p50 (p99) | " + " | ".join(f"{ties} ties" for ties in classes) + " |",
            "|---" * (len(classes) + 1) + "|",
            *rows,
        ]
    )


def _of_people(document: dict[str, Any]) -> str:
    return (
        f"{document['members']} members, {document['words']} words, {document['postings']} "
        f"postings; indexed in {document['indexed_cpu_s']} s"
    )


def _of_feed(document: dict[str, Any]) -> str:
    return (
        f"{document['members']} members; index built in {document['index_build']['cpu_s']} s; "
        f"{document['memory_mb']['after'].get('rss', '?')} MB; "
        f"{document['catch_up']['per_second']} events a second"
    )


def _cell(figures: dict[str, float]) -> str:
    return f"{figures['p50']:.2f} ({figures['p99']:.2f})"
