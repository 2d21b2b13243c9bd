"""Put a backup back, into an empty place; checks all of it before anything is changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from kring.project.cli.output import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive", type=Path, metavar="FILE", help="what kring backup made")
    parser.add_argument("--check", action="store_true", help="only check that it could be restored")
    parser.add_argument(
        "--replace", action="store_true", help="put what is here aside, in KRING_DATA"
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="the keys it was made under")
    parser.add_argument(
        "--without-keys", action="store_true",
        help="its keys are lost: take the archive in on trust",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from kring.core import clock
    from kring.project.backup.restore import check, restore

    if args.check:
        listed = check(args.archive, keys=args.keys, without_keys=args.without_keys)
        rows, pictures = sum(listed.rows.values()), len(listed.files) - 1
        say(
            f"Sound: {rows:,} rows and {pictures:,} files of pictures, as of "
            f"{listed.made_at:%Y-%m-%d %H:%M} UTC, by Kring {listed.release}."
        )
        return 0
    done = restore(
        args.archive, keys=args.keys, without_keys=args.without_keys, replace=args.replace,
        now=clock.utc_now(), told=say,
    )  # fmt: skip
    say(
        f"Restored {done.rows:,} rows and {done.pictures:,} files of pictures, as of "
        f"{done.made_at:%Y-%m-%d %H:%M} UTC. Everybody signs in anew."
    )
    if done.before:
        say(f"What was here lies in {done.before}; remove it when all is well.")
    return 0
