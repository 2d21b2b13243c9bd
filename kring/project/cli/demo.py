"""Build the demo community of Vakgroep Pensioen, then serve it."""

from __future__ import annotations

import argparse

from kring.project.cli.import_ import StageProgress
from kring.project.cli.output import at_least_one, say
from kring.project.cli.serve import port, start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--members",
        type=at_least_one,
        default=300,
        help="121 or more; those beyond 120 only read (%(default)s)",
    )
    parser.add_argument("--weeks", type=at_least_one, default=12, help="its age (%(default)s)")
    parser.add_argument("--seed", type=whole, default=1, help="of chance (%(default)s)")
    parser.add_argument("--reset", action="store_true", help="clear the demo away and begin anew")
    parser.add_argument("--no-serve", action="store_true", help="only build")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=port, default=8000, help="port (%(default)s)")


def whole(text: str) -> int:
    """argparse type: a seed."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def run(args: argparse.Namespace) -> int:
    from kring.archive import demo
    from kring.core import clock, nodes
    from kring.project import database

    demo.check(args.members, args.weeks)
    database.prepare()
    nodes.start()
    if demo.is_here() and not args.reset:
        say("The demo community is here already.")
    else:
        demo.build_demo(
            members=args.members,
            weeks=args.weeks,
            seed=args.seed,
            anew=args.reset,
            now=clock.utc_now(),
            progress=StageProgress(),
        )
    if args.no_serve:
        return 0
    return start(host=args.host, port=args.port)
