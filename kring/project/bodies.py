"""Reads a request's body before Django does, in a few of the threads at a time.

granian hands a request over when its headers are there, and reading the body then blocks for as
long as the sender likes: nothing here can interrupt that. So only some threads may read bodies;
the others stay free for pages. A proxy that gathers bodies first spares honest senders the wait.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What has arrived is read in far less; whoever waits longer waits for a slow sender.
PATIENCE = 0.1


class BodiesFirst:
    """A WSGI application around another, which gets bodies that are there already.

    `slots` of its threads at most read bodies. A body over `largest` bytes is not read at all:
    Django refuses it by its announced length.
    """

    def __init__(self, application: WSGIApplication, *, slots: int, largest: int) -> None:
        self._application, self._largest = application, largest
        self._slots = threading.Semaphore(slots)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        announced = environ.get("CONTENT_LENGTH") or "0"
        length = int(announced) if announced.isascii() and announced.isdigit() else 0
        body = b""
        if 0 < length <= self._largest:
            if not self._slots.acquire(timeout=PATIENCE):
                return _refuse(start, "503 Service Unavailable")
            try:
                body = environ["wsgi.input"].read(length)
            except OSError:
                pass  # the sender went away
            finally:
                self._slots.release()
            # Cut short, it might still be a form, and mean something else.
            if len(body) != length:
                return _refuse(start, "400 Bad Request")
        environ["wsgi.input"] = io.BytesIO(body)
        return self._application(environ, start)


def _refuse(start: StartResponse, status: str) -> Iterable[bytes]:
    start(status, [("Content-Length", "0"), ("Retry-After", "1"), ("Connection", "close")])
    return []
