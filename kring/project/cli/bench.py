"""Measure the feed in CPU milliseconds, on a synthetic community in a temporary database."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile

from kring.project.cli.output import at_least_one, print_json, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["feed"], help="what to measure")
    parser.add_argument("--members", type=at_least_one, default=1000, help="default: 1000")
    parser.add_argument("--seed", type=int, default=1, help="of the community (default: 1)")
    parser.add_argument("--runs", type=at_least_one, default=30, help="of each step (default: 30)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Runs in a process of its own, so that no database of yours is ever touched."""
    if args.members < 30:
        say("A community to measure needs at least 30 members.")
        return 2
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as folder:
        environ = {name: v for name, v in os.environ.items() if not name.startswith("KRING_")}
        environ |= {"KRING_DATA": folder, "KRING_LOG_LEVEL": "error"}
        command = [sys.executable, "-m", "kring.project.bench.feed"]
        numbers = [str(args.members), str(args.seed), str(args.runs)]
        done = subprocess.run(  # noqa: S603  (our own interpreter and module)
            [*command, *numbers], env=environ, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode != 0:
        say("The benchmark could not be finished; see above.")
        return 1
    document = json.loads(done.stdout)
    if args.json:
        print_json(document)
    else:
        print(table(document))
    return 0


def table(document: dict[str, object]) -> str:
    """The figures as a Markdown table, for docs/performance.md."""
    cpu = document["cpu_ms"]
    assert isinstance(cpu, dict)
    head = f"{document['members']} members, {document['candidates']} candidates"
    rows = [f"| {name} | {t['min']} | {t['median']} | {t['max']} |" for name, t in cpu.items()]
    return "\n".join([head, "", "| CPU ms | min | median | max |", "|---|---|---|---|", *rows])
