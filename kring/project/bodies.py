"""Reads a request's body before Django does, in a few of the threads at a time.

granian hands a request over when its headers are there, and reading the body then blocks for as
long as the sender likes: nothing here can interrupt that. So only some threads may read bodies;
the others stay free for pages. A proxy that gathers bodies first spares honest senders the wait.
"""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What has arrived is read in far less; whoever waits longer waits for a slow sender.
PATIENCE = 0.1
CHUNK = 1 << 16


class BodiesFirst:
    """A WSGI application around another, which gets bodies that are there already.

    `slots` of its threads at most read bodies. A body over `largest` bytes, or over `largest_form`
    for a form with files, is not read at all: Django refuses it by its announced length. A body
    that is not small waits on disk.
    """

    def __init__(
        self, application: WSGIApplication, *, slots: int, largest: int, largest_form: int
    ) -> None:
        self._application, self._largest = application, largest
        self._largest_form = largest_form
        self._slots = threading.Semaphore(slots)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        announced = environ.get("CONTENT_LENGTH") or "0"
        length = int(announced) if announced.isascii() and announced.isdigit() else 0
        body: IO[bytes] = io.BytesIO()
        with_files = (environ.get("CONTENT_TYPE") or "").lower().startswith("multipart/form-data")
        if 0 < length <= (self._largest_form if with_files else self._largest):
            if not self._slots.acquire(timeout=PATIENCE):
                return _refuse(start, "503 Service Unavailable")
            try:
                body = tempfile.SpooledTemporaryFile(self._largest)  # noqa: SIM115
                whole = _copy(environ["wsgi.input"], body, length) == length
            finally:
                self._slots.release()
            # Cut short, it might still be a form, and mean something else.
            if not whole:
                body.close()
                return _refuse(start, "400 Bad Request")
        environ["wsgi.input"] = body
        return self._application(environ, start)


def _copy(source: IO[bytes], to: IO[bytes], length: int) -> int:
    """Copy at most `length` bytes, and go back to where they begin; returns how many came."""
    came = 0
    try:
        while came < length and (piece := source.read(min(CHUNK, length - came))):
            to.write(piece)
            came += len(piece)
    except OSError:
        pass  # the sender went away
    to.seek(0)
    return came


def _refuse(start: StartResponse, status: str) -> Iterable[bytes]:
    start(status, [("Content-Length", "0"), ("Retry-After", "1"), ("Connection", "close")])
    return []
