"""Where the sizes of an image lie: `KRING_DATA/media`, in folders named by a hash of its id.

Names are made of numbers of ours alone. A file is there, whole, or not there at all.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings

SUFFIX = ".webp"


def root() -> Path:
    return Path(settings.ENV.data) / "media"


def path_of(image_id: int, size: int) -> Path:
    digest = hashlib.sha256(str(image_id).encode()).hexdigest()
    return root() / digest[:2] / digest[2:4] / f"{image_id}-{size}{SUFFIX}"


def write(image_id: int, size: int, content: bytes) -> None:
    """Store one size; on the disk when this returns."""
    path = path_of(image_id, size)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def read(image_id: int, size: int) -> bytes | None:
    try:
        return path_of(image_id, size).read_bytes()
    except FileNotFoundError:
        return None


def remove(image_id: int, sizes: Collection[int]) -> None:
    """Remove these sizes; those that are gone already are no error."""
    for size in sizes:
        path_of(image_id, size).unlink(missing_ok=True)


def stored() -> Iterator[tuple[Path, int]]:
    """Every file with the id it belongs to, 0 for one that no image has."""
    for path in root().glob("??/??/*"):
        number = path.name.removesuffix(SUFFIX).partition("-")[0]
        yield path, int(number) if number.isascii() and number.isdigit() else 0
