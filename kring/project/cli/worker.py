"""Deliver events and run scheduled work, until told to stop."""

from __future__ import annotations

import argparse
import signal

from kring.project.cli.output import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait", action="store_true", help="when another worker runs here, wait for its end"
    )


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from kring.core import nodes
    from kring.jobs.worker import Worker
    from kring.project import database, locks

    worker = Worker()
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        if stopped:
            # Still waiting for the lock, or for a handler that does not end: leave now.
            raise SystemExit(0)
        stopped = True
        worker.stop()

    try:
        with locks.held(settings.ENV.data / "worker.lock", wait=args.wait):
            database.prepare()
            nodes.start()
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
            say("The worker is at work.")
            worker.run()
    except locks.Taken:
        say(
            "Another worker runs on this KRING_DATA; one is enough. (--wait takes over at its end.)"
        )
        return 2
    return 0
