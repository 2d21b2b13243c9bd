"""How commands speak: results on stdout, everything else on stderr."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def say(sentence: str) -> None:
    """One sentence for the person at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


def print_json(document: Any) -> None:
    """The one JSON document a `--json` command prints. Ids are strings where msgspec types say."""
    import msgspec

    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded + b"\n")


class Progress:
    """A line about long work, on stderr: rewritten on a terminal, now and then elsewhere."""

    def __init__(self, what: str, *, total: int | None = None) -> None:
        self._what, self._total = what, total
        self._terminal = sys.stderr.isatty()
        self._pause = 0.2 if self._terminal else 5.0
        self._spoken_at = time.monotonic()

    def update(self, done: int) -> None:
        """Tell how far the work is, if it is time to tell."""
        if time.monotonic() - self._spoken_at < self._pause:
            return
        self._spoken_at = time.monotonic()
        self._write(self._line(done), end="" if self._terminal else "\n")

    def done(self, done: int) -> None:
        """Tell that it is finished; the last word stays on the screen."""
        self._write(self._line(done), end="\n")

    def _line(self, done: int) -> str:
        if self._total:
            return f"{self._what}: {done:,} of {self._total:,} ({100 * done // self._total} %)"
        return f"{self._what}: {done:,}"

    def _write(self, line: str, *, end: str) -> None:
        start = "\r\x1b[K" if self._terminal else ""
        print(start + line, end=end, file=sys.stderr, flush=True)


def folder(text: str) -> Path:
    """argparse type: a folder that exists and can be read."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def moment(text: str) -> datetime:
    """argparse type: an ISO 8601 date or time. A date is its first moment; no zone means UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a date or time; write it like 2012-06-30T23:59:59+00:00"
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def at_least_one(text: str) -> int:
    """argparse type: a whole number of 1 or more."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 999,999")
    return int(text)
