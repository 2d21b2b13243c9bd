"""See how mail is doing, try again what was given up, or use an address again."""

from __future__ import annotations

import argparse

from kring.project.cli.output import print_json, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--retry", action="store_true", help="try again what was given up")
    what.add_argument("--revive", metavar="E-MAIL", help="send to this address again")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from kring.core import clock
    from kring.core.errors import NotFound
    from kring.mail import queue

    now = clock.utc_now()
    if args.revive is not None and not queue.revive(args.revive):
        raise NotFound("Mail to that address is not stopped.")
    if args.retry:
        say(f"{queue.retry_given_up(now=now)} letters wait again.")
    found = queue.figures(now=now)
    if args.json:
        print_json(found)
    else:
        for name, value in found.items():
            print(f"{name}: {value}")
    return 0
