"""Start everything: the pages, and the worker beside them. Stops it all on SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import shutil

from kring.project.cli.output import at_least_one, say


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:6]) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; choose from 1 to 65535")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=port, default=8000, help="port (%(default)s)")
    parser.add_argument(
        "--workers", type=at_least_one, default=2, help="web processes (%(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    return start(host=args.host, port=args.port, workers=args.workers)


def start(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 2) -> int:
    """Serve until stopped; other commands (`demo`) end with this. Django is set up already."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from kring.project import database, locks, processes
    from kring.project.supervisor import PORT_VARIABLE, Supervisor, web, worker

    problem = processes.port_problem(host, port)
    if problem:
        say(problem)
        return 2
    database.prepare()
    with locks.held(settings.ENV.data / "static.lock", wait=True):
        call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()
    # Counts of processes that are gone; a Prometheus knows that they begin at nought again.
    shutil.rmtree(settings.ENV.data / "metrics", ignore_errors=True)
    address = f"http://{host if ':' not in host else f'[{host}]'}:{port}"
    environ = {"KRING_URL": address, **os.environ, PORT_VARIABLE: str(port)}
    supervisor = Supervisor([web(host, workers), worker()], environ)
    return supervisor.run(
        is_ready=lambda: processes.answers(host, port, "/health"),
        on_ready=lambda: print(f"Kring is ready: {address}", flush=True),
    )
