"""Make a backup while Kring runs."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from kring.core.errors import Invalid
from kring.media import files
from kring.project import locks
from kring.project.backup import dumps
from kring.project.backup.archive import FORMAT, Manifest, Writer, is_ours
from kring.project.backup.keys import write_keys

DATED = "kring-%Y%m%d-%H%M%S.tar"
OWN_NAME = re.compile(r"kring-\d{8}-\d{6}\.tar")

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    size: int
    rows: int
    pictures: int
    removed: list[Path]


def backup(
    target: Path, *, keys: Path | None = None, keep: int | None = None, now: datetime, told: Told
) -> Made:
    """Write one archive: a new file, or a dated one in a folder that is there.

    The database is of one moment; pictures are read after it, so each that it names is in the
    archive unless it was deleted meanwhile.

    keys: a new file, in another folder, for the keys
    keep: of the dated archives in the folder, how many newest ones stay

    Raises Invalid, with nothing written, when anything cannot be as asked.
    """
    path = target / now.strftime(DATED) if target.is_dir() else target
    _check(path, keys, keep, in_folder=target.is_dir())
    # In the archive's folder, which needs the room in any case.
    with (
        dumps.told_plainly(),
        tempfile.TemporaryDirectory(prefix=".kring-backup-", dir=path.parent) as work,
        locks.held(settings.ENV.data / "backup.lock", wait=True),
    ):
        draft = Path(work) / path.name
        rows, pictures = _fill(draft, Path(work), now=now, told=told)
        if keys is not None:
            folder = settings.ENV.data / "keys"
            write_keys(keys, folder=folder, signing=settings.ENV.secret_key)
        # Not `rename`: that would replace an archive that has come there meanwhile.
        os.link(draft, path)
    _on_disk(path.parent)
    removed = _remove_oldest(path.parent, keep) if keep is not None else []
    return Made(path, path.stat().st_size, rows, pictures, removed)


def _check(path: Path, keys: Path | None, keep: int | None, *, in_folder: bool) -> None:
    if path.exists():
        raise Invalid(f"{path} is there already; name a new file, or a folder.")
    if not path.parent.is_dir():
        raise Invalid(f"{path.parent} is no folder; make it first.")
    if keep is not None and not in_folder:
        raise Invalid("--keep is for a folder of archives; name the folder instead of a file.")
    if keys is None:
        return
    if keys.parent.resolve() == path.parent.resolve():
        raise Invalid("Keys are kept apart from archives: name another folder for --keys.")
    if keys.exists():
        raise Invalid(f"{keys} is there already; name a new file for the keys.")
    if not keys.parent.is_dir():
        raise Invalid(f"{keys.parent} is no folder; make it first.")


def _fill(draft: Path, work: Path, *, now: datetime, told: Told) -> tuple[int, int]:
    """Write the whole archive; returns how many rows and pictures are in it."""
    env = settings.ENV
    told("Reading the database.")
    if env.postgres is None:
        dump = dumps.dump_sqlite(env.data / "kring.db", work)
    else:
        dump = dumps.dump_postgres(env.postgres, work)
    writer = Writer(draft)
    try:
        _add(writer, dump.path.name, dump.path)
        dump.path.unlink()
        told("Reading the pictures.")
        pictures = sum(
            _add(writer, f"media/{path.relative_to(files.root()).as_posix()}", path)
            for path, _image in files.stored()
        )
        manifest = Manifest(
            format=FORMAT, release=version("kring"), made_at=now, url=env.url,
            database="sqlite" if env.postgres is None else "postgresql",
            database_size=dump.size, migrations=dump.migrations, rows=dump.rows,
            files=dict(writer.files),
        )  # fmt: skip
        writer.finish(manifest, key=env.secret_key)
    finally:
        writer.close()
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return sum(dump.rows.values()), pictures


def _add(writer: Writer, name: str, path: Path) -> bool:
    """False for what is gone by now, or not finished."""
    if not is_ours(name):
        return False
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            writer.add(name, file, size=about.st_size, changed=about.st_mtime)
    except FileNotFoundError:
        return False
    return True


def _remove_oldest(folder: Path, keep: int) -> list[Path]:
    dated = sorted(path for path in folder.iterdir() if OWN_NAME.fullmatch(path.name))
    oldest = dated[: max(0, len(dated) - keep)]
    for path in oldest:
        path.unlink()
    return oldest


def _on_disk(folder: Path) -> None:
    """A new name is there after a power cut only when its folder was written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
