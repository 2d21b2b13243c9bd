"""Bring the database up to this release. Safe to run at any time, also twice at once."""

from __future__ import annotations

import argparse

from kring.project.cli.output import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="only say what is pending; exit code 1 if anything is"
    )


def run(args: argparse.Namespace) -> int:
    from kring.project import database

    if args.check:
        pending = database.pending_migrations()
        say(f"Pending: {', '.join(pending)}." if pending else "The database is up to date.")
        return 1 if pending else 0
    applied = database.prepare()
    say(
        f"Applied {len(applied)} migrations." if applied else "The database was up to date already."
    )
    return 0
