"""Make a backup while Kring runs: the database and the pictures in one file, the keys apart."""

from __future__ import annotations

import argparse
from pathlib import Path

from kring.project.cli.output import at_least_one, print_json, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, metavar="FILE|DIR", help="a new file, or a folder")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="write the keys there, apart")
    parser.add_argument(
        "--keep", type=at_least_one, metavar="N", help="keep the N newest archives of the folder"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from kring.core import clock
    from kring.project.backup.make import backup

    made = backup(args.target, keys=args.keys, keep=args.keep, now=clock.utc_now(), told=say)
    if args.json:
        print_json(
            {
                "path": str(made.path), "size": made.size, "rows": made.rows,
                "pictures": made.pictures, "removed": [str(path) for path in made.removed],
            }
        )  # fmt: skip
        return 0
    print(made.path)
    say(
        f"{made.rows:,} rows and {made.pictures:,} files of pictures, {made.size / 1e6:,.1f} MB."
        + (f" Removed {len(made.removed):,} older archives." if made.removed else "")
    )
    if args.keys is None:
        say("The keys are not in it. Once, keep them elsewhere: kring backup DIR --keys FILE")
    else:
        say(f"The keys are in {args.keys}: keep it away from the archive, and secret.")
    return 0
