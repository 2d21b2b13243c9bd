"""Take in a mail that came back, on standard input; for your mail server to call."""

from __future__ import annotations

import argparse
import sys

from kring.project.cli.output import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", default="", help="the address it was sent to, if not in its headers"
    )


def run(args: argparse.Namespace) -> int:
    """Always 0 for a mail that was read: a bounce of a bounce helps nobody."""
    from kring.core import clock
    from kring.core.errors import Invalid
    from kring.mail.returning import MOST_BYTES, hear

    if sys.stdin.isatty():
        raise Invalid("Pipe a mail into this command.")
    found = hear(sys.stdin.buffer.read(MOST_BYTES), to=args.to, now=clock.utc_now())
    say(SENTENCES[found])
    return 0


SENTENCES = {
    "dead": "There is nobody at that address: nothing more is sent to it.",
    "refused": "The letter was refused for good; its address stays in use.",
    "passing": "Nothing is lost yet: that was a delay, or no report of a failure.",
    "unknown": "That is about no letter of ours.",
}
