"""Look after what people are found by."""

from __future__ import annotations

import argparse

from kring.project.cli.output import Progress, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("rebuild", help="read every profile again")


def run(args: argparse.Namespace) -> int:
    """May be cut short and run beside a community at work: what is left, the worker does."""
    from kring.search.indexing import ask_for_all, index, waiting

    portion = 500
    ask_for_all()
    progress, done = Progress("Profiles read"), 0
    while ids := waiting(portion):
        index(ids)
        done += len(ids)
        progress.update(done)
    progress.done(done)
    say("People are found by what their profiles say now.")
    return 0
