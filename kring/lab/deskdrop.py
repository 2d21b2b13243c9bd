"""The Deskdrop log as it lies in its files: who did what to which article, when, and the titles."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from kring.core.errors import Invalid

COLUMNS = ("timestamp", "event_type", "content_id", "person_id")
TITLE_COLUMNS = ("content_id", "title")
VIEW, LIKE, BOOKMARK, COMMENT, FOLLOW = "VIEW", "LIKE", "BOOKMARK", "COMMENT CREATED", "FOLLOW"
KINDS = frozenset({VIEW, LIKE, BOOKMARK, COMMENT, FOLLOW})
# Ids carry their moment, and reach from 2000 to 2069.
FIRST, LAST = 946_684_800, 3_124_224_000


class Happening(NamedTuple):
    """One row of the log. `at`: whole seconds since 1970, UTC."""

    at: int
    kind: str
    item: str
    person: str


def read_log(paths: Sequence[Path]) -> list[Happening]:
    """All rows in order of time, those of one second in order of file. Raises Invalid."""
    found = [_happening(where, row) for path in paths for where, row in _rows(path, COLUMNS)]
    return sorted(found, key=lambda event: event.at)


def read_titles(path: Path) -> dict[str, str]:
    """Title of each article. Raises Invalid."""
    return {row["content_id"]: row["title"] for _where, row in _rows(path, TITLE_COLUMNS)}


def _happening(where: str, row: dict[str, str]) -> Happening:
    text, kind = row["timestamp"], row["event_type"]
    if not (text.isascii() and text.isdigit() and FIRST <= int(text[:18]) < LAST):
        raise Invalid(
            _("%(where)s: %(text)s is no time in seconds from 2000 to 2068.")
            % {"where": where, "text": repr(text[:40])}
        )
    if kind not in KINDS:
        raise Invalid(
            _("%(where)s: there is no event type %(text)s.")
            % {"where": where, "text": repr(kind[:40])}
        )
    return Happening(int(text), kind, row["content_id"], row["person_id"])


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row by column, with `file:line`. Raises Invalid at the first that cannot be used."""
    with reading(path) as lines:
        reader = csv.reader(lines)
        header = next(reader, [])
        if not set(columns) <= set(header):
            raise Invalid(
                _("%(path)s does not begin with the line %(header)s.")
                % {"path": path, "header": ",".join(columns)}
            )
        places = [header.index(column) for column in columns]
        for values in reader:
            where = f"{path.name}:{reader.line_num}"
            if len(values) != len(header):
                raise Invalid(
                    _("%(where)s: %(got)d columns where %(wanted)d are expected.")
                    % {"where": where, "got": len(values), "wanted": len(header)}
                )
            yield where, {name: values[at] for name, at in zip(columns, places, strict=True)}


@contextmanager
def reading(path: Path) -> Iterator[IO[str]]:
    """The lines of a plain or gzipped text file. Raises Invalid when they cannot be read."""
    try:
        with _opened(path) as lines:
            yield lines
    except FileNotFoundError:
        raise Invalid(_("There is no file %(path)s.") % {"path": path}) from None
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        raise Invalid(
            _("%(path)s cannot be read: %(error)s.") % {"path": path, "error": error}
        ) from None


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")
