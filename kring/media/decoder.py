"""Starts the process that decodes one picture, and believes nothing it says beyond its form."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
from django.utils.translation import gettext as _

from kring.core.errors import TooMany
from kring.media import policy
from kring.media.refused import Refused, damaged, too_many_pixels

SCRIPT = Path(__file__).with_name("decode.py")
__all__ = ["Refused", "Rendered", "decode"]

_free = threading.BoundedSemaphore(policy.DECODERS)


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """The first line of the result."""

    width: int = 0
    height: int = 0
    blurhash: str = ""
    lengths: list[int] = []
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture in our own encoding; `sizes` holds each size's WebP."""

    width: int
    height: int
    blurhash: str
    sizes: dict[int, bytes]


def decode(file: IO[bytes], *, kind: str, sizes: tuple[int, ...], square: bool) -> Rendered:
    """Decode a file on disk in a process without rights (`decode.py`).

    Raises Refused for a picture that cannot be used, TooMany when all decoders are busy.
    """
    if not _free.acquire(timeout=policy.DECODER_PATIENCE):
        raise TooMany(_("Many pictures are coming in. Try again in a minute."), retry_after=60)
    try:
        with tempfile.TemporaryFile() as result:
            _run(file, result, kind=kind, sizes=sizes, square=square)
            result.seek(0)
            return _read(result.read(policy.DECODE_RESULT + 1), sizes)
    finally:
        _free.release()


def _run(
    file: IO[bytes], result: IO[bytes], *, kind: str, sizes: tuple[int, ...], square: bool
) -> None:
    command = [
        sys.executable, "-I", str(SCRIPT), kind, "square" if square else "width",
        ",".join(map(str, sizes)), str(policy.PIXELS), str(policy.SIDE), str(policy.DECODE_CPU),
        str(policy.DECODE_MEMORY), str(policy.DECODE_RESULT),
    ]  # fmt: skip
    file.seek(0)
    try:
        ended = subprocess.run(  # noqa: S603
            command,
            stdin=file,
            stdout=result,
            stderr=subprocess.DEVNULL,
            env={"OMP_NUM_THREADS": "1"},
            cwd="/",
            timeout=policy.DECODE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise damaged() from None
    if ended.returncode != 0:
        raise damaged()


def _read(answer: bytes, sizes: tuple[int, ...]) -> Rendered:
    head, _newline, rest = answer.partition(b"\n")
    try:
        line = msgspec.json.decode(head, type=_Line)
    except msgspec.MsgspecError:
        raise damaged() from None
    if line.problem == "pixels":
        raise too_many_pixels()
    fits = 0 < len(line.lengths) <= len(sizes) and sum(line.lengths) == len(rest)
    sound = 0 < line.width <= sizes[-1] and 0 < line.height <= policy.SIDE
    if line.problem or not (fits and sound and min(line.lengths) > 0 and _is_hash(line.blurhash)):
        raise damaged()
    parts: dict[int, bytes] = {}
    at = 0
    for size, length in zip(sizes, line.lengths, strict=False):
        parts[size] = rest[at : at + length]
        at += length
        if parts[size][:4] != b"RIFF" or parts[size][8:12] != b"WEBP":
            raise damaged()
    return Rendered(line.width, line.height, line.blurhash, parts)


def _is_hash(text: str) -> bool:
    return 6 <= len(text) <= 40 and text.isascii() and text.isprintable()
