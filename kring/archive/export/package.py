"""The zip: every part as JSON and as CSV, the pictures, ActivityStreams, and how to read it all.

Rows are written as they are read, so that a long life here does not need much memory. Names in the
zip are ours alone: nothing that anybody typed becomes a path.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from kring.archive.export import streams
from kring.archive.export.columns import Json, Part, cell
from kring.archive.export.made import images_of, media_name
from kring.archive.export.parts import PARTS
from kring.archive.export.reading import readme
from kring.media import files
from kring.members.models import Identity
from kring.members.queries import community_name

FORMAT = 1
IN_MEMORY = 1 << 20


def schema() -> Json:
    """JSON Schema of every file in `data`, by its name; `kring.json` says what there is."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A Kring export, format {FORMAT}",
        "$defs": {part.name: part.schema() for part in PARTS},
    }


def write(person: Identity, path: Path, *, now: datetime) -> dict[str, int]:
    """Write the whole export of a person to `path`; returns how many rows each part has.

    The file is there whole or not at all. Raises FileExistsError where there is one already.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with (
            draft.open("xb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as package,
        ):
            counts = _fill(package, person, now)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        # Unlike a rename, this never takes the place of another file.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return counts


def _fill(package: zipfile.ZipFile, person: Identity, now: datetime) -> dict[str, int]:
    counts = {part.name: _part(package, part, person) for part in PARTS}
    _json(package, "schema.json", schema())
    about = {
        "format": FORMAT,
        "community": community_name(),
        "handle": person.handle,
        "made_at": now.isoformat(),
        "rows": counts,
    }
    _json(package, "kring.json", about)
    _json(package, "activitystreams/actor.json", streams.actor(person))
    _collection(package, "outbox", streams.outbox(person))
    _collection(package, "likes", streams.likes(person))
    _collection(package, "bookmarks", streams.bookmarks(person))
    _collection(package, "following", streams.following(person))
    for image in images_of(person):
        content = files.read(image.pk, image.sizes[-1])
        if content is not None:
            # WebP does not get smaller.
            package.writestr(media_name(image), content, zipfile.ZIP_STORED)
    for name, language in (("README.md", "en"), ("LEESMIJ.md", "nl")):
        package.writestr(name, readme(about, language))
    return counts


def _part(package: zipfile.ZipFile, part: Part, person: Identity) -> int:
    columns, count = list(part.columns), 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as table:
        text = io.TextIOWrapper(table, "utf-8", newline="")
        sheet = csv.writer(text)
        sheet.writerow(columns)

        def told() -> Iterator[Json]:
            nonlocal count
            for row in part.rows(person):
                sheet.writerow([cell(value) for value in row])
                count += 1
                yield dict(zip(columns, row, strict=True))

        with package.open(f"data/{part.name}.json", "w") as file:
            for piece in _array(told()):
                file.write(piece)
        text.flush()
        table.seek(0)
        with package.open(f"csv/{part.name}.csv", "w") as file:
            while chunk := table.read(IN_MEMORY):
                file.write(chunk)
        text.detach()
    return count


def _collection(package: zipfile.ZipFile, name: str, items: Iterable[Any]) -> None:
    head = {"@context": streams.CONTEXT, "id": f"{name}.json", "type": "OrderedCollection"}
    with package.open(f"activitystreams/{name}.json", "w") as file:
        file.write(msgspec.json.encode(head)[:-1] + b',"orderedItems":')
        count = 0

        def counted() -> Iterator[Any]:
            nonlocal count
            for item in items:
                count += 1
                yield item

        for piece in _array(counted()):
            file.write(piece)
        file.write(b',"totalItems":%d}' % count)


def _array(items: Iterable[Any]) -> Iterator[bytes]:
    between = b"["
    for item in items:
        yield between + b"\n" + msgspec.json.encode(item)
        between = b","
    yield b"[]" if between == b"[" else b"\n]"


def _json(package: zipfile.ZipFile, name: str, document: Json) -> None:
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2)
    package.writestr(name, encoded)
