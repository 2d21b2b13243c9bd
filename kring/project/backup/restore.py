"""Put a backup back: everything is unpacked and checked aside first, then put in place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from kring.core.errors import Conflict, Invalid
from kring.project import locks, restored
from kring.project.backup import dumps
from kring.project.backup.archive import Archive, Manifest, opened
from kring.project.backup.keys import KeyFile, put_keys, read_keys
from kring.project.database import known_migrations

# Of another community, or of another moment of this one.
MADE_ANEW = ("cache.db", "cache.db-wal", "cache.db-shm", "snapshots")
KEPT_ASIDE = ("kring.db", "kring.db-wal", "kring.db-shm", "media")

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """before: the folder with what was here, when anything was."""

    made_at: datetime
    rows: int
    pictures: int
    before: Path | None


def check(path: Path, *, keys: Path | None = None, without_keys: bool = False) -> Manifest:
    """Read the whole archive and change nothing. Raises Invalid when it could not be restored."""
    with opened(path) as archive:
        manifest = _accepted(path, archive, _keys(keys), without_keys)
        archive.unpack(manifest, None)
    return manifest


def restore(
    path: Path,
    *,
    keys: Path | None = None,
    without_keys: bool = False,
    replace: bool = False,
    now: datetime,
    told: Told,
) -> Restored:
    """Make the community be what it was when the archive was made.

    keys: the file that holds the keys it was made under; they become the keys in use
    without_keys: also an archive that none of our keys has sealed
    replace: what is here is put aside, in `before-restore-…` of KRING_DATA (never a PostgreSQL
    database: there, a new one is asked for)

    Raises Invalid or Conflict, with everything as it was, when the archive or the place is not fit.
    """
    data, found = settings.ENV.data, _keys(keys)
    with dumps.told_plainly(), opened(path) as archive, _nothing_running(data):
        manifest = _accepted(path, archive, found, without_keys)
        _check_place(manifest, data, replace=replace)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as work:
            aside = Path(work)
            told("Unpacking and checking the archive.")
            archive.unpack(manifest, aside)
            if manifest.database == "sqlite":
                dumps.unpack_sqlite(aside / manifest.dump, aside / "kring.db", manifest)
            before = _put_in_place(aside, data, manifest, found, now=now, told=told)
    told("Bringing the database up to this release.")
    _finish()
    pictures = len(manifest.files) - 1
    return Restored(manifest.made_at, sum(manifest.rows.values()), pictures, before)


def _keys(path: Path | None) -> KeyFile | None:
    found = read_keys(path) if path else None
    if found and os.environ.get("KRING_SECRET_KEY") not in (None, "", found.signing):
        raise Invalid(
            f"KRING_SECRET_KEY is another key than the one in {path}. Take it out of the settings."
        )
    return found


def _accepted(path: Path, archive: Archive, found: KeyFile | None, without_keys: bool) -> Manifest:
    """The list of an archive that this Kring may take in."""
    key = found.signing if found else settings.ENV.secret_key
    if not without_keys and not archive.is_sealed_by(key):
        raise Invalid(
            f"{path} was made under other keys than these, or was changed. Name the file of its "
            "keys: --keys FILE. If they are lost and you trust the archive: --without-keys."
        )
    manifest = archive.manifest()
    unknown = sorted(set(manifest.migrations) - known_migrations())
    if unknown:
        raise Invalid(
            f"{path} was made by Kring {manifest.release}, whose database is newer than this "
            f"one's ({unknown[-1]}). Install that release first."
        )
    return manifest


def _check_place(manifest: Manifest, data: Path, *, replace: bool) -> None:
    postgres = settings.ENV.postgres
    if manifest.database != ("sqlite" if postgres is None else "postgresql"):
        wanted = "empty" if manifest.database == "sqlite" else "the address of a new database"
        raise Invalid(
            f"The archive is of {manifest.database}; this Kring uses the other kind of database. "
            f"Let KRING_DATABASE be {wanted}."
        )
    if postgres is not None and not dumps.postgres_is_empty(postgres):
        raise Conflict(
            f"The database {postgres.name} is not empty. Make a new one (createdb NAME) and name "
            "it in KRING_DATABASE; the old one stays as it is."
        )
    here = [name for name in KEPT_ASIDE if _holds_something(data / name)]
    if here and not replace:
        raise Conflict(
            f"{data} is not empty: it has {', '.join(here)}. Choose another KRING_DATA, or say "
            "--replace to put that aside."
        )
    free = shutil.disk_usage(data).free
    if free < manifest.size:
        raise Conflict(
            f"Unpacking takes {manifest.size >> 20:,} MB and {free >> 20:,} MB are free in {data}."
        )


def _holds_something(path: Path) -> bool:
    if path.is_dir():
        return any(file.is_file() for file in path.rglob("*"))
    return path.suffix == ".db" and not dumps.sqlite_is_empty(path)


def _put_in_place(
    aside: Path, data: Path, manifest: Manifest, keys: KeyFile | None, *, now: datetime, told: Told
) -> Path | None:
    """What is here goes aside, what was unpacked comes; SQLite's database last.

    The mark comes first: whoever starts Kring after a crash in between finishes what is to do.
    """
    connections.close_all()
    restored.mark(data, made_at=manifest.made_at)
    if settings.ENV.postgres is not None:
        told("Writing the database.")
        try:
            dumps.load_postgres(settings.ENV.postgres, aside / manifest.dump, manifest)
        except Exception:
            restored.unmark(data)
            raise
    before = _put_aside(data, now)
    if keys is not None:
        put_keys(keys, folder=data / "keys")
    for name in MADE_ANEW:
        _remove(data / name)
    if (aside / "media").exists():
        _remove(data / "media")
        (aside / "media").rename(data / "media")
    if manifest.database == "sqlite":
        (aside / "kring.db").rename(data / "kring.db")
    return before


def _put_aside(data: Path, now: datetime) -> Path | None:
    here = [data / name for name in KEPT_ASIDE if (data / name).exists()]
    if not any(map(_holds_something, here)):
        for path in here:
            _remove(path)
        return None
    before = data / now.strftime("before-restore-%Y%m%d-%H%M%S")
    before.mkdir(mode=0o700)
    # What was here can be read with these alone.
    shutil.copytree(data / "keys", before / "keys")
    for path in here:
        path.rename(before / path.name)
    return before


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _nothing_running(data: Path) -> Iterator[None]:
    """Every `kring serve` has a worker, which holds this lock."""
    try:
        with locks.held(data / "worker.lock", wait=False):
            yield
    except locks.Taken:
        raise Conflict("Kring runs on this KRING_DATA. Stop it first.") from None


def _finish() -> None:
    """In a process of its own: what a migration seals, it seals with the keys just put in place."""
    command = [sys.executable, "-m", "kring.project.cli", "migrate"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (ourselves)
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or ["it said nothing"]
        raise Conflict(
            f"Everything is in place, but bringing it up to this release failed: {lines[-1]} "
            "Run: kring migrate"
        )
