"""The referee's questions, read from its work lists, and our answers, written whole or not at all.

JSON lines, plain or gzipped; the shapes are the referee's (docs/feed-evidence.md).
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.lab.deskdrop import reading


class Query(msgspec.Struct, frozen=True):
    """p2: what would this person open next?"""

    timestamp: int
    person_id: str
    candidates: list[str]


class View(msgspec.Struct, frozen=True):
    """engage: will this view become more than a view?"""

    timestamp: int
    person_id: str
    content_id: str


class Holdout(msgspec.Struct, frozen=True):
    """p1: either a row to learn from (`train`) or a query by number."""

    person_id: str
    train: bool = False
    content_id: str = ""
    strength: float = 0.0
    query_id: int = -1
    candidates: list[str] = []


T = TypeVar("T", Query, View, Holdout)


def read_work(path: Path, shape: type[T]) -> list[T]:
    """Every question in the file. Raises Invalid at the first line that is none."""
    decoder = msgspec.json.Decoder(shape)
    found: list[T] = []
    with reading(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                one = decoder.decode(line)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise _unusable(where, str(error)) from None
            if not isinstance(one, View) and len(set(one.candidates)) < len(one.candidates):
                raise _unusable(where, _("a candidate stands there twice"))
            found.append(one)
    if not found:
        raise Invalid(_("%(path)s holds no questions.") % {"path": path})
    return found


def _unusable(where: str, reason: str) -> Invalid:
    return Invalid(
        _("%(where)s is no question of this protocol: %(reason)s.")
        % {"where": where, "reason": reason[:1].lower() + reason[1:]}
    )


def write_answers(path: Path, answers: Iterable[dict[str, Any]]) -> None:
    """Write one line per answer. The file appears when all is written, so none is ever partial.

    The same answers make the same bytes: a packed file holds no time.
    """
    encode = msgspec.json.Encoder().encode
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
                    packed.write(b"".join(encode(answer) + b"\n" for answer in answers))
            else:
                raw.writelines(encode(answer) + b"\n" for answer in answers)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
