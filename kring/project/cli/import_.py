"""Load real data: an LDBC social network graph, or the Deskdrop article-sharing log."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kring.project.cli.output import Progress, folder, say

if TYPE_CHECKING:
    from kring.archive.store import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    formats = parser.add_subparsers(dest="format", required=True, metavar="FORMAT")
    ldbc = formats.add_parser("ldbc", help="a folder with dynamic/ and static/")
    deskdrop = formats.add_parser("deskdrop", help="a folder with interactions and titles")
    deskdrop.add_argument(
        "--shift-to-now", action="store_true", help="move all times so that the newest is now"
    )
    for one in (ldbc, deskdrop):
        one.add_argument("path", type=folder, metavar="DIR")
        one.add_argument(
            "--force", action="store_true", help="import although other people are here"
        )


def run(args: argparse.Namespace) -> int:
    from kring.archive import deskdrop, ldbc
    from kring.core import clock, nodes
    from kring.project import database

    path: Path = args.path
    # Whatever is wrong with the files is said before there is a database.
    (ldbc if args.format == "ldbc" else deskdrop).check(path)
    database.prepare()
    nodes.start()
    progress, now = StageProgress(), clock.utc_now()
    if args.format == "ldbc":
        result = ldbc.import_ldbc(path, now=now, progress=progress, force=args.force)
    else:
        result = deskdrop.import_deskdrop(
            path,
            now=now,
            progress=progress,
            force=args.force,
            shift_to_now=args.shift_to_now,
        )
    say_result(result)
    return 0


def say_result(result: Run) -> None:
    added = [f"{number:,} {what}" for what, number in result.added.items() if number]
    say(f"Added {', '.join(added)}." if added else "Everything was here already; nothing added.")
    if result.report.left_out:
        say(f"Left out {result.report.left_out:,} rows that could not be used:")
        for line in result.report.lines():
            say(line)


class StageProgress:
    """A progress line for each stage of an import."""

    def __init__(self) -> None:
        self._what, self._line = "", Progress("")

    def __call__(self, what: str, done: int, finished: bool) -> None:
        if what != self._what:
            self._what, self._line = what, Progress(what)
        if finished:
            self._line.done(done)
        else:
            self._line.update(done)
