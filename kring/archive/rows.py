"""Reads delimited files row by row; a bad row is set aside with its line, never fatal.

Memory is bounded by one line of at most `MAX_LINE` bytes. A file that is missing, or whose first
line is not the expected header, is an error before anything is written.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from kring.core.clock import EPOCH_2000
from kring.core.errors import Invalid

MAX_LINE = 1 << 20
# Stands for a line that is; a lone surrogate that decoding never makes.
TOO_LONG = "\ud800"
SHOWN = 20
BATCH = 1_000
FIRST_YEAR, LAST_YEAR = 2000, 2068

T = TypeVar("T")


class BadRow(Exception):
    """This row cannot be used; the message says why."""


@dataclass(slots=True)
class Report:
    """What was left out, and why: the first `SHOWN` reasons and the number of all."""

    left_out: int = 0
    reasons: list[str] = field(default_factory=list)

    def reject(self, where: str, reason: str) -> None:
        self.left_out += 1
        if len(self.reasons) < SHOWN:
            self.reasons.append(f"{where}: {reason}")

    def lines(self) -> list[str]:
        """For people: `file:line: reason`, then how many more there were."""
        rest = self.left_out - len(self.reasons)
        return [*self.reasons, f"… and {rest} more"] if rest else list(self.reasons)


@dataclass(frozen=True, slots=True)
class Row:
    where: str
    values: list[str]

    def __getitem__(self, column: int) -> str:
        return self.values[column]


@dataclass(frozen=True, slots=True)
class Table:
    """One file of rows. `quotes` says whether fields may be quoted, as in CSV proper."""

    path: Path
    columns: tuple[str, ...]
    delimiter: str = ","
    quotes: bool = True

    def check(self) -> None:
        """Raise Invalid, with a sentence, unless the file is there with its header."""
        try:
            with self._open() as stream:
                header = next(self._csv(_lines(stream)), None)
        except FileNotFoundError:
            raise Invalid(_("There is no file %(path)s.") % {"path": self.path}) from None
        except (OSError, EOFError, zlib.error, csv.Error) as error:
            raise Invalid(
                _("%(path)s cannot be read: %(error)s.") % {"path": self.path, "error": error}
            ) from None
        if header is None or tuple(header) != self.columns:
            raise Invalid(
                _("%(path)s does not begin with the line %(header)s.")
                % {"path": self.path, "header": self.delimiter.join(self.columns)}
            )

    def rows(self, report: Report) -> Iterator[Row]:
        """Every readable row after the header, with the right number of columns."""
        with self._open() as stream:
            reader = self._csv(_lines(stream))
            line = 1
            while True:
                try:
                    values = next(reader, None)
                except csv.Error as error:
                    report.reject(f"{self.path.name}:{line}", str(error))
                    line = reader.line_num + 1
                    continue
                except (OSError, EOFError, zlib.error):
                    report.reject(f"{self.path.name}:{line}", "the file is damaged from here on")
                    return
                if values is None:
                    return
                if line > 1 and values:
                    row = Row(f"{self.path.name}:{line}", values)
                    if reason := self._fault(values):
                        report.reject(row.where, reason)
                    else:
                        yield row
                line = reader.line_num + 1

    def _fault(self, values: list[str]) -> str:
        try:
            "".join(values).encode()
        except UnicodeEncodeError:
            long = any(TOO_LONG in value for value in values)
            return f"longer than {MAX_LINE:,} bytes" if long else "not valid UTF-8"
        if len(values) != len(self.columns):
            return f"{len(values)} columns where {len(self.columns)} are expected"
        return ""

    def _open(self) -> BufferedIOBase:
        if self.path.suffix == ".gz":
            return gzip.open(self.path, "rb")
        return self.path.open("rb")

    def _csv(self, lines: Iterator[str]) -> Any:
        if self.quotes:
            return csv.reader(lines, delimiter=self.delimiter)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def _lines(stream: BufferedIOBase) -> Iterator[str]:
    """Lines as text; bytes that are not UTF-8 become lone surrogates, which `Table` refuses."""
    while line := stream.readline(MAX_LINE + 1):
        too_long = len(line) > MAX_LINE
        while too_long and line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        yield f"{TOO_LONG}\n" if too_long else line.decode("utf-8", "surrogateescape")


def parsed(table: Table, parse: Callable[[Row], T], report: Report) -> Iterator[tuple[Row, T]]:
    """Rows with what `parse` makes of them; those for which it raises BadRow are left out."""
    for row in table.rows(report):
        try:
            yield row, parse(row)
        except BadRow as error:
            report.reject(row.where, str(error))


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def whole_number(text: str, what: str) -> int:
    """A signed 64-bit number. Raises BadRow."""
    try:
        number = int(text)
    except ValueError:
        raise BadRow(f"{what} {_short(text)} is not a number") from None
    if not -(1 << 63) <= number < 1 << 63:
        raise BadRow(f"{what} {_short(text)} is too large")
    return number


def year(text: str) -> int:
    number = whole_number(text, "year")
    if not 1900 <= number <= 2100:
        raise BadRow(f"year {_short(text)} is not between 1900 and 2100")
    return number


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without a zone it is UTC. Raises BadRow outside 2000-2068."""
    try:
        parsed_moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f"date {_short(text)} is not ISO 8601") from None
    if parsed_moment.tzinfo is None:
        parsed_moment = parsed_moment.replace(tzinfo=UTC)
    if not FIRST_YEAR <= parsed_moment.year <= LAST_YEAR:
        raise BadRow(f"date {_short(text)} lies outside {FIRST_YEAR}-{LAST_YEAR}")
    return max(parsed_moment.astimezone(UTC), EPOCH_2000)


def unix_moment(text: str) -> datetime:
    """Whole seconds since 1970. Raises BadRow outside 2000-2068."""
    seconds = whole_number(text, "time")
    if not 946_684_800 <= seconds < 3_124_224_000:
        raise BadRow(f"time {_short(text)} lies outside {FIRST_YEAR}-{LAST_YEAR}")
    return datetime.fromtimestamp(seconds, UTC)


def at_most(text: str, limit: int, what: str) -> str:
    if len(text) > limit:
        raise BadRow(f"{what} is longer than {limit} characters")
    return text


def known(ids: dict[int, T], id_: int, what: str) -> T:
    """The row with this original id. Raises BadRow where none was imported."""
    try:
        return ids[id_]
    except KeyError:
        raise BadRow(f"{what} {id_} is unknown") from None


def check_tables(folder: Path, tables: Sequence[Table]) -> None:
    """Raise Invalid, with a sentence, unless every table can be read."""
    if not folder.is_dir():
        raise Invalid(_("There is no folder %(path)s.") % {"path": folder})
    for table in tables:
        table.check()


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
