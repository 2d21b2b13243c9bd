"""Write the feed's index to a file, from which processes start in a moment and share memory."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress

from kring.project.cli.output import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anew", action="store_true", help="from the database, not from the last snapshot"
    )


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from kring.feed.snapshot_job import write
    from kring.project.locks import Taken, held

    with suppress(OSError):
        os.nice(10)
    try:
        with held(settings.ENV.data / "snapshot.lock", wait=False):
            path = write(anew=args.anew)
    except Taken:
        say("Another process is writing a snapshot.")
        return 0
    say(f"Written: {path}." if path else "Nothing ever happened here: there is nothing to write.")
    return 0
