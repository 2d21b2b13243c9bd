"""Keeps a few child processes alive, and stops them all together.

A child that dies is started again: at once the first time, then after 1, 2, 4 … 30 seconds until
it has lived for a minute. A child that says its input is unusable (exit code 2) before everything
was ready ends the whole: nothing would change by trying again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from kring.project import processes

# More would wait for Python's lock; fewer would leave a core idle while a request waits for I/O.
BLOCKING_THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)
LONGEST_BACKOFF = 30.0
SETTLED_AFTER = 60.0
STOP_WITHIN = 15.0
LOOK_EVERY = 0.1
UNUSABLE = 2
# granian reads it, and so do its processes: they look at the queue of that port.
PORT_VARIABLE = "GRANIAN_PORT"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Child:
    """One process to keep alive; times are `time.monotonic()` seconds."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = field(default=0)


def web(host: str, workers: int) -> Child:
    """granian: one event loop in Rust per process, Django in threads behind it."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--workers": str(workers),
        "--blocking-threads": str(BLOCKING_THREADS),
        "--backpressure": str(BLOCKING_THREADS * 16),
        "--http1-header-read-timeout": "15000",
        "--respawn-interval": "0.2",
        "--workers-kill-timeout": "10",
        "--log-level": "warning",
    }
    flat = [word for pair in options.items() for word in pair]
    switches = ["--no-ws", "--respawn-failed-workers"]
    application = "kring.project.wsgi:application"
    return Child("web", [sys.executable, "-m", "granian", *flat, *switches, application])


def worker() -> Child:
    return Child("worker", [sys.executable, "-m", "kring.project.cli", "worker", "--wait"])


class Supervisor:
    """Runs children until told to stop."""

    def __init__(self, children: Sequence[Child], environ: Mapping[str, str]) -> None:
        self._children = children
        self._environ = environ
        self._stop = threading.Event()
        self._ready = False

    def run(self, *, is_ready: Callable[[], bool], on_ready: Callable[[], None]) -> int:
        """Returns 0 when stopped by a signal, 2 when a child cannot start at all."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        try:
            for child in self._children:
                self._start(child)
            while not self._stop.wait(LOOK_EVERY):
                if not all(self._look_after(child) for child in self._children):
                    return UNUSABLE
                if not self._ready and is_ready():
                    self._ready = True
                    on_ready()
        finally:
            self._stop_all()
        return 0

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603  (our own commands, no shell)
            child.command,
            env=self._environ,
            preexec_fn=processes.end_with_parent,
            start_new_session=True,
        )

    def _look_after(self, child: Child) -> bool:
        """Restart the child if it died; False when that is hopeless."""
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                if now - child.started_at > SETTLED_AFTER:
                    child.deaths = 0
                return True
            if code == UNUSABLE and not self._ready:
                return False
            pause = min(2.0 ** (child.deaths - 1), LONGEST_BACKOFF) if child.deaths else 0.0
            child.deaths += 1
            child.process, child.start_again_at = None, now + pause
            log.error("child.died", child=child.name, code=code, again_in=pause)
        if now >= child.start_again_at:
            self._start(child)
        return True

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
