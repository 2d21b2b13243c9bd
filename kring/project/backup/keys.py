"""The keys, in a file of their own: an archive never holds them, or it would open its own seals."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from kring.core.errors import Invalid

SIGNING = "signing"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")
LARGEST = 64 * 1024


class KeyFile(msgspec.Struct, frozen=True):
    kring_keys: int
    keys: dict[str, str]

    @property
    def signing(self) -> str:
        return self.keys[SIGNING]


def write_keys(path: Path, *, folder: Path, signing: str) -> None:
    """Write the keys in use to a new file for this account alone. Raises Invalid if it is there."""
    keys = {file.stem: file.read_text().strip() for file in sorted(folder.glob("*.key"))}
    content = msgspec.json.encode(KeyFile(1, {**keys, SIGNING: signing}))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Invalid(f"{path} is there already; name a new file for the keys.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_keys(path: Path) -> KeyFile:
    with path.open("rb") as file:
        content = file.read(LARGEST)
    try:
        found = msgspec.json.decode(content, type=KeyFile)
        known = found.kring_keys == 1 and len(found.signing) >= 50
    except (msgspec.MsgspecError, KeyError):
        known = False
    if not known or not all(NAME.fullmatch(name) for name in found.keys):
        raise Invalid(f"{path} is no file of keys that kring backup --keys made.")
    return found


def put_keys(found: KeyFile, *, folder: Path) -> None:
    """Let these be the keys in use."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, key in found.keys.items():
        draft = folder / f".{name}.restored"
        draft.touch(mode=0o600)
        draft.write_text(key)
        draft.replace(folder / f"{name}.key")
