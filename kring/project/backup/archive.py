"""What a backup is: a tar of the database, the pictures, a list of both, and a seal on the list.

    database.sqlite3.gz or database.pgdump
    media/ab/cd/NAME.webp …
    manifest.json    what made it, and the size and SHA-256 of every file before
    seal             HMAC-SHA256 of manifest.json under a key drawn from the signing key

The seal comes last, so an archive that was cut has none. Nothing is taken from an archive but what
its sealed list names, under names of our own form.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

import msgspec

from kring.core.errors import Invalid
from kring.core.sealing import drawn_key

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "seal"
LARGEST_MANIFEST = 1 << 30
CHUNK = 1 << 20
MEDIA = re.compile(r"media/[0-9a-f]{2}/[0-9a-f]{2}/[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Kind = Literal["sqlite", "postgresql"]
DUMPS: dict[Kind, str] = {"sqlite": "database.sqlite3.gz", "postgresql": "database.pgdump"}


class Stored(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """rows: of each table, to be counted again after a restore; database_size: unpacked."""

    format: int
    release: str
    made_at: datetime
    url: str
    database: Kind
    database_size: int
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, Stored]

    @property
    def dump(self) -> str:
        return DUMPS[self.database]

    @property
    def size(self) -> int:
        """Bytes that unpacking takes."""
        return self.database_size + sum(stored.size for stored in self.files.values())


class _Version(msgspec.Struct, frozen=True):
    format: int
    release: str


class Writer:
    """Adds files to a new archive and remembers what it added."""

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path, "x:")  # noqa: SIM115  (closed by `finish`)
        self.files: dict[str, Stored] = {}

    def add(self, name: str, source: IO[bytes], *, size: int, changed: float) -> None:
        """Raises OSError when the file is shorter than `size`."""
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, int(changed), 0o600
        reader = _Hashing(source)
        self._tar.addfile(info, reader)
        self.files[name] = Stored(size, reader.digest.hexdigest())

    def finish(self, manifest: Manifest, *, key: str) -> None:
        """Write the list and its seal; the archive is whole after this."""
        listed = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        at = manifest.made_at.timestamp()
        self.add(MANIFEST, io.BytesIO(listed), size=len(listed), changed=at)
        seal = _seal(listed, key).encode()
        self.add(SEAL, io.BytesIO(seal), size=len(seal), changed=at)
        self.close()

    def close(self) -> None:
        self._tar.close()


class _Hashing(io.RawIOBase):
    """Passes on what is read and keeps its digest."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


class Archive:
    """An archive whose list has been read; `unpack` checks the rest while it copies."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self._path, self._tar = path, tar
        self._members = _sound(path, tar)
        self.listed = self._read(MANIFEST, LARGEST_MANIFEST)
        self._seal = self._read(SEAL, 64).decode(errors="replace")

    def is_sealed_by(self, key: str) -> bool:
        return hmac.compare_digest(self._seal.encode(), _seal(self.listed, key).encode())

    def manifest(self) -> Manifest:
        """Raises Invalid for a list of a later form, or one that does not fit what is there."""
        try:
            version = msgspec.json.decode(self.listed, type=_Version)
            if version.format > FORMAT:
                raise Invalid(
                    f"{self._path} was made by Kring {version.release}, which is newer than this "
                    "one. Install that release first."
                )
            manifest = msgspec.json.decode(self.listed, type=Manifest)
        except msgspec.MsgspecError:
            raise self._changed() from None
        names = manifest.files.keys()
        if names != self._members.keys() - {MANIFEST, SEAL} or manifest.dump not in names:
            raise self._changed()
        for name, stored in manifest.files.items():
            if self._members[name].size != stored.size:
                raise self._changed()
        return manifest

    def unpack(self, manifest: Manifest, to: Path | None) -> None:
        """Copy every file below `to`, or nowhere and only look. Raises Invalid when one is not
        what the list says."""
        for name, stored in manifest.files.items():
            digest = hashlib.sha256()
            with _opened(to / name if to else None) as target:
                for piece in self._pieces(name):
                    digest.update(piece)
                    if target is not None:
                        target.write(piece)
            if digest.hexdigest() != stored.sha256:
                raise self._changed()

    def _pieces(self, name: str) -> Iterator[bytes]:
        source = self._tar.extractfile(self._members[name])
        if source is None:
            raise self._changed()
        try:
            while piece := source.read(CHUNK):
                yield piece
        except (tarfile.TarError, EOFError):
            raise self._changed() from None

    def _read(self, name: str, largest: int) -> bytes:
        member = self._members.get(name)
        if member is None or member.size > largest:
            raise Invalid(f"{self._path} is no backup of Kring, or was cut short.")
        return b"".join(self._pieces(name))

    def _changed(self) -> Invalid:
        return Invalid(f"{self._path} is damaged or was changed: it is not what its list says.")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises Invalid when the file is no archive of ours; OSError when it cannot be read."""
    with path.open("rb") as file:
        try:
            tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115  (closed below)
        except (tarfile.TarError, EOFError):
            raise Invalid(f"{path} is no backup of Kring, or was cut short.") from None
        with tar:
            yield Archive(path, tar)


def _sound(path: Path, tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    """The members by name: plain files, each once, none with a name that is not ours."""
    members: dict[str, tarfile.TarInfo] = {}
    try:
        for member in tar:
            plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
            if not plain or not is_ours(member.name) or member.name in members:
                raise Invalid(f"{path} holds something that no backup of Kring holds.")
            members[member.name] = member
    except (tarfile.TarError, EOFError, ValueError):
        raise Invalid(f"{path} is no backup of Kring, or was cut short.") from None
    return members


def is_ours(name: str) -> bool:
    return name in (MANIFEST, SEAL, *DUMPS.values()) or bool(MEDIA.fullmatch(name))


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        yield file


def _seal(content: bytes, key: str) -> str:
    return hmac.new(drawn_key(key, "backup"), content, hashlib.sha256).hexdigest()
