"""Refuses at once what could only be answered too late.

granian takes in as many connections as `--backpressure` says; further ones wait with the kernel, in
the queue of the listening socket, and nobody tells them for how long. When that queue is long, what
comes to us is refused with 503 and `Retry-After`, which takes next to nothing, until it is short
again: those who are answered are answered soon, and the others know.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONG, SHORT = 64, 8
LOOK_EVERY = 0.1
RETRY_SECONDS = 5
# Somebody is asking how we are; they must be told.
NEVER_REFUSED = ("/health", "/ready", "/metrics")
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTENING = "0A"
SENTENCE = b"Many people are here at once. Try again in a few seconds.\n"

log = structlog.get_logger(__name__)


class Shedding:
    """A WSGI application around another, which it spares while the queue is long."""

    def __init__(self, application: WSGIApplication, waiting: Callable[[], int]) -> None:
        self._application, self._waiting = application, waiting
        self.is_over = False

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not self.is_over or environ.get("PATH_INFO") in NEVER_REFUSED:
            return self._application(environ, start)
        start(
            "503 Service Unavailable",
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(SENTENCE))),
                ("Retry-After", str(RETRY_SECONDS)),
                ("Cache-Control", "no-store"),
            ],
        )
        return [SENTENCE]

    def watch(self) -> None:
        """Look at the queue from now on, in a thread of its own."""
        threading.Thread(target=self._watch, name="overload", daemon=True).start()

    def look(self) -> None:
        waiting = self._waiting()
        if not self.is_over and waiting > LONG:
            self.is_over = True
            log.warning("overload began", waiting=waiting)
        elif self.is_over and waiting < SHORT:
            self.is_over = False
            log.warning("overload ended")

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            self.look()


def waiting_at(port: int) -> int:
    """How many connections wait to be taken in at this port; 0 where the kernel does not say."""
    longest = 0
    for table in TABLES:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        longest = max([longest, *_queues(lines, f":{port:04X}")])
    return longest


def _queues(lines: Iterable[str], port: str) -> list[int]:
    """The receive queues of listening sockets at the port: what a kernel's table calls rx_queue."""
    columns = (line.split() for line in lines)
    return [
        int(one[4].partition(":")[2], 16)
        for one in columns
        if one[3] == LISTENING and one[1].endswith(port)
    ]
