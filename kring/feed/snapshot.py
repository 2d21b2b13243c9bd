"""A world in a file: what a process maps into its memory instead of reading the whole database.

One file holds a header and all arrays, each at the start of a memory page with room to grow behind
it (a hole in the file: it takes no space). Processes map it privately: pages that nobody writes to
are shared between all of them, a page that is written to becomes the process's own, and the file
never changes. It is written aside and renamed, so a reader finds a whole one or none.

A snapshot says at which event it stands. Whoever opens it takes in all later events, deletions
among them, before the first answer; where these are no longer all there, or anything else does not
fit, it is left alone and the database is read.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kring.core.clock import from_ms, to_ms
from kring.core.events import KEPT, Tail
from kring.core.models import RecordedEvent
from kring.feed import load
from kring.feed.load import Window
from kring.feed.policy import default_policy
from kring.feed.text_jobs import encoder_name
from kring.feed.world import World
from kring.feed.world.arrays import Array, columns_of, from_arrays, to_arrays

MAGIC = b"kring world 1\n"
NAME = "world.kring"
# Younger than what `core.events.trim` takes away, with room for clocks and long catching up.
OLDEST = KEPT - timedelta(days=1)
# Room behind a column: until it is full, a new row costs no copy of the column.
ROOM_SHARE, ROOM_ROWS = 4, 1_024
PAGE = mmap.ALLOCATIONGRANULARITY
LENGTH_BYTES = 8


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where an array lies. rows: filled ones, of `shape[0]` for which there is room"""

    kind: str
    shape: tuple[int, ...]
    rows: int
    offset: int


class Header(msgspec.Struct, frozen=True):
    """What the file holds and of when.

    conditions: what else its numbers depend on; seq, event_id: the last event that was taken in;
    gaps: sequence numbers before it that may still come; built_ms: when the database was last read
    """

    conditions: str
    seq: int
    event_id: int
    gaps: list[tuple[int, int]]
    written_ms: int
    built_ms: int
    exposures_ms: int
    ties_ms: int
    size: int
    places: dict[str, Place]


@dataclass(frozen=True, slots=True)
class Standing:
    """A world as it stood, and the tail that leads on from there."""

    world: World
    tail: Tail
    window: Window
    built_at: datetime


class Unusable(Exception):
    """This file cannot be used; the message says why."""


def write(folder: Path, standing: Standing, *, bare_words: int, now: datetime) -> Path | None:
    """Put a snapshot in place of the one that is there; None where nothing ever happened.

    Readable by its owner alone, like everything in `KRING_DATA`.
    """
    tail, window = standing.tail, standing.window
    event_id = _event_id(tail.position)
    if event_id is None:
        return None
    arrays = to_arrays(standing.world)
    places, size = _places(arrays, {*columns_of(standing.world)})
    header = Header(
        conditions=conditions(bare_words),
        seq=tail.position,
        event_id=event_id,
        gaps=[(gap.first, gap.last) for gap in tail.gaps],
        written_ms=to_ms(now),
        built_ms=to_ms(standing.built_at),
        exposures_ms=window.exposures_ms,
        ties_ms=window.ties_ms,
        size=size,
        places=places,
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder)
    draft, path = folder / f".{secrets.token_hex(8)}.draft", folder / NAME
    try:
        _write(draft, header, arrays)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def open_latest(folder: Path, *, bare_words: int, now: datetime, batch: int = 5_000) -> Standing:
    """Map the snapshot of this folder. Raises Unusable. 1 query.

    The caller then takes in what the tail tells, or the world is of the past.
    """
    try:
        with (folder / NAME).open("rb") as file:
            header = _header(file.read(len(MAGIC) + LENGTH_BYTES), file)
            _check(header, os.fstat(file.fileno()).st_size, bare_words, now)
            memory = mmap.mmap(file.fileno(), header.size, access=mmap.ACCESS_COPY)
        arrays = {name: _array(memory, place) for name, place in header.places.items()}
        lengths = {name: place.rows for name, place in header.places.items()}
        world = from_arrays(arrays, lengths)
    except FileNotFoundError:
        raise Unusable("there is none") from None
    except (OSError, KeyError, ValueError, msgspec.MsgspecError) as error:
        raise Unusable(f"it cannot be read: {type(error).__name__}") from error
    return Standing(
        world=world,
        tail=Tail.resumed(header.seq, header.gaps, batch=batch),
        window=Window(header.exposures_ms, header.ties_ms),
        built_at=from_ms(header.built_ms),
    )


def conditions(bare_words: int) -> str:
    """What the numbers in a world depend on beside the database, as a fingerprint."""
    known = (
        bare_words, default_policy().text.bait_probability, encoder_name(), load.EXPOSURE_DAYS,
        load.TIE_DAYS, load.MAX_POSTS, load.MAX_ACTS,
    )  # fmt: skip
    return hashlib.sha256(repr(known).encode()).hexdigest()


def _check(header: Header, size: int, bare_words: int, now: datetime) -> None:
    if header.size != size:
        raise Unusable("it is not whole")
    if header.conditions != conditions(bare_words):
        raise Unusable("it was made under other conditions")
    if not timedelta(0) <= now - from_ms(header.written_ms) <= OLDEST:
        raise Unusable("it is too old")
    if _event_id(header.seq) != header.event_id:
        raise Unusable("it is of another past than the database")


def _event_id(seq: int) -> int | None:
    return RecordedEvent.objects.filter(pk=seq).values_list("event_id", flat=True).first()


def _places(arrays: Mapping[str, Array], growing: set[str]) -> tuple[dict[str, Place], int]:
    """Where each array goes, with the header's pages left free before them; and the whole size."""
    places: dict[str, Place] = {}
    # Offsets are written into the header, whose length they change: leave more than enough.
    offset = _pages(len(MAGIC) + LENGTH_BYTES + 512 * (len(arrays) + 8))
    for name, array in arrays.items():
        rows = len(array)
        room = rows + max(rows // ROOM_SHARE, ROOM_ROWS) if name in growing else rows
        shape = (room, *array.shape[1:])
        places[name] = Place(array.dtype.str, shape, rows, offset)
        offset += _pages(int(np.prod(shape)) * array.dtype.itemsize)
    return places, max(offset, PAGE)


def _pages(size: int) -> int:
    return -(-size // PAGE) * PAGE


def _write(path: Path, header: Header, arrays: Mapping[str, Array]) -> None:
    told = msgspec.msgpack.encode(header)
    told += zlib.crc32(told).to_bytes(4, "big")
    if len(MAGIC) + LENGTH_BYTES + len(told) > min(p.offset for p in header.places.values()):
        raise ValueError("the header is longer than was thought")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.truncate(header.size)
        file.write(MAGIC + len(told).to_bytes(LENGTH_BYTES, "big") + told)
        for name, place in header.places.items():
            file.seek(place.offset)
            file.write(np.ascontiguousarray(arrays[name]).data.cast("B") if place.rows else b"")
        file.flush()
        os.fsync(file.fileno())


def _header(start: bytes, file: Any) -> Header:
    if not start.startswith(MAGIC):
        raise Unusable("it is of another release")
    told = file.read(int.from_bytes(start[len(MAGIC) :], "big"))
    if zlib.crc32(told[:-4]).to_bytes(4, "big") != told[-4:]:
        raise Unusable("it is not whole")
    return msgspec.msgpack.decode(told[:-4], type=Header)


def _array(memory: mmap.mmap, place: Place) -> Array:
    count = int(np.prod(place.shape))
    flat = np.frombuffer(memory, dtype=place.kind, count=count, offset=place.offset)
    return flat.reshape(place.shape)


def _sweep(folder: Path) -> None:
    """Remove what a writer that was killed left behind; one that is at work is left alone."""
    for left in folder.glob(".*.draft"):
        if left.stat().st_mtime < (folder.stat().st_mtime - 3_600):
            left.unlink(missing_ok=True)
