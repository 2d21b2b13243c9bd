"""Write everything somebody gave or made here to a zip: JSON, tables, pictures, ActivityStreams."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path

from kring.project.cli.output import print_json, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", nargs="?", metavar="HANDLE", help="whose data")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the zip to write")
    parser.add_argument(
        "--waiting", action="store_true", help="make what members asked for (the worker does)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from django.utils.translation import gettext as _

    from kring.core import clock
    from kring.core.errors import Invalid

    if args.waiting:
        return _make_waiting()
    if args.handle is None or args.file is None:
        raise Invalid(_("Say whose data and which file: kring export HANDLE FILE"))
    from kring.archive.export.package import write
    from kring.members.queries import identity_by_handle

    person = identity_by_handle(args.handle)
    counts = write(person, args.file, now=clock.utc_now())
    size = args.file.stat().st_size
    if args.json:
        print_json({"handle": person.handle, "file": str(args.file), "bytes": size, "rows": counts})
    else:
        say(f"Written: {args.file} ({size:,} bytes, {sum(counts.values()):,} rows).")
    return 0


def _make_waiting() -> int:
    from django.conf import settings

    from kring.archive.export.requests import make_waiting
    from kring.core import clock, nodes
    from kring.project.locks import Taken, held

    with suppress(OSError):
        os.nice(10)
    try:
        with held(settings.ENV.data / "export.lock", wait=False):
            nodes.start()
            made = make_waiting(clock.utc_now())
    except Taken:
        return 0
    say(f"Tried: {made}.")
    return 0
