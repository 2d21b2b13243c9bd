"""An archive is taken in whole and as it was made, or refused."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime

import msgspec
import pytest

from kring.core.errors import Invalid
from kring.project.backup.archive import FORMAT, SEAL, Manifest, Writer, opened

KEY = "k" * 64
CONTENT = {
    "database.sqlite3.gz": b"rows" * 5_000,
    "media/ab/cd/17-128.webp": b"picture" * 300,
    "media/ab/ce/18-128.webp": b"another" * 100,
}


def manifest(files, **changes) -> Manifest:
    values = {
        "format": FORMAT, "release": "9.9", "made_at": datetime(2026, 11, 1, tzinfo=UTC),
        "url": "https://network.example", "database": "sqlite", "database_size": 20_000,
        "migrations": ["core.0001_initial"], "rows": {"core_nodelease": 1}, "files": files,
    }  # fmt: skip
    return Manifest(**{**values, **changes})


@pytest.fixture
def made(tmp_path):
    """An archive with this content, and what of its list is to be otherwise."""

    def make(content=CONTENT, **changes):
        path = tmp_path / "archive.tar"
        writer = Writer(path)
        for name, data in content.items():
            writer.add(name, io.BytesIO(data), size=len(data), changed=0)
        writer.finish(manifest(dict(writer.files), **changes), key=KEY)
        return path

    return make


def take_in(path, to, key=KEY):
    with opened(path) as archive:
        if not archive.is_sealed_by(key):
            raise Invalid("sealed by another key")
        archive.unpack(archive.manifest(), to)


def unpacked(folder) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_what_went_in_comes_out(made, tmp_path):
    take_in(made(), tmp_path / "out")
    assert unpacked(tmp_path / "out") == CONTENT


def test_another_key_did_not_seal_it(made, tmp_path):
    with pytest.raises(Invalid, match="another key"):
        take_in(made(), tmp_path / "out", key="z" * 64)


def test_an_archive_that_was_cut_is_refused_wherever_it_was_cut(made, tmp_path):
    whole = made().read_bytes()
    # A tar ends with nothing but zeros, which nobody misses.
    end = len(whole.rstrip(b"\0"))
    for length in [0, 1, 511, 512, 600, *range(1_024, end, 1_111), end - 1]:
        cut = tmp_path / "cut.tar"
        cut.write_bytes(whole[:length])
        with pytest.raises(Invalid):
            take_in(cut, tmp_path / f"cut-{length}")


def test_a_changed_byte_is_found_wherever_it_is(made, tmp_path):
    """In a header's padding it changes nothing; then what comes out is what went in."""
    whole = made().read_bytes()
    end, refused = len(whole.rstrip(b"\0")), 0
    for place in range(3, end, 397):
        changed = bytearray(whole)
        changed[place] ^= 0x41
        path, out = tmp_path / "changed.tar", tmp_path / f"changed-{place}"
        path.write_bytes(changed)
        try:
            take_in(path, out)
        except Invalid:
            refused += 1
        else:
            assert unpacked(out) == CONTENT
    assert refused > 0.9 * len(range(3, end, 397))


def member(name, **attributes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


@pytest.mark.parametrize(
    "foreign",
    [
        member("../escaped"),
        member("media/ab/cd/../../../../escaped"),
        member("/etc/escaped"),
        member("media/ab/cd/link.webp", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("media/ab/cd/link.webp", type=tarfile.LNKTYPE, linkname="database.sqlite3.gz"),
        member("media/ab/cd/pipe.webp", type=tarfile.FIFOTYPE),
        member("media/ab/cd/device.webp", type=tarfile.CHRTYPE),
        member("media/ab/cd", type=tarfile.DIRTYPE),
        member("media/ab/cd/.hidden"),
        member("keys/signing.key"),
        member("media/ab/cd/17-128.webp"),
        member("media/ab/cd/19-128.webp"),
    ],
    ids=lambda info: f"{info.name} {info.type.decode()}",
)
def test_what_no_backup_holds_is_refused_before_anything_is_written(made, tmp_path, foreign):
    path = made()
    with tarfile.open(path, "a:") as tar:
        tar.addfile(foreign)
    with pytest.raises(Invalid):
        take_in(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_missing_is_missed(made, tmp_path):
    whole, short = made(), tmp_path / "short.tar"
    with tarfile.open(whole) as source, tarfile.open(short, "x:") as target:
        for info in source:
            if "17-128" not in info.name:
                target.addfile(info, source.extractfile(info))
    with pytest.raises(Invalid, match="not what its list says"):
        take_in(short, tmp_path / "out")


def test_a_list_of_a_later_form_is_refused_with_its_release(made, tmp_path):
    with pytest.raises(Invalid, match=r"made by Kring 9\.9, which is newer"):
        take_in(made(format=FORMAT + 1), tmp_path / "out")


@pytest.mark.parametrize("listed", [b"", b"[]", b'{"format": 1}', b"\xff\xfe"])
def test_a_list_that_is_none_is_refused(tmp_path, listed):
    path = tmp_path / "odd.tar"
    writer = Writer(path)
    for name, data in {
        "database.sqlite3.gz": b"x",
        "manifest.json": listed,
        SEAL: b"0" * 64,
    }.items():
        writer.add(name, io.BytesIO(data), size=len(data), changed=0)
    writer.close()
    with opened(path) as archive, pytest.raises(Invalid):
        archive.manifest()


def test_a_list_can_be_read_by_people(made):
    with opened(made()) as archive:
        assert msgspec.json.decode(archive.listed)["rows"] == {"core_nodelease": 1}
