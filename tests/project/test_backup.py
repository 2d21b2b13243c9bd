"""A community is backed up while people write, and comes back as it was."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.jobs.test_killed_workers import ask, count
from tests.journeys.conftest import build_demo
from tests.processes import Kring, new_postgres_database
from tests.project.rows import differing, everything

pytestmark = pytest.mark.process

# Those of a telephone that was stolen since must not live again.
SESSIONS = {"django_session", "usersessions_usersession"}
# What is done again after a restore may make ids, for which it leases a node.
LEASES = {"core_nodelease"}
# The moment at which pages are compared.
AT = "1795000000"


@dataclass(frozen=True)
class BackedUp:
    """A community, and what its backup made."""

    kring: Kring
    archive: Path
    keys: Path
    rows: dict[str, list[str]]
    pages: dict[str, list]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def community(request, once, tmp_path_factory) -> Iterator[BackedUp]:
    folder = tmp_path_factory.mktemp("backup")
    with ExitStack() as stack:
        kring = _demo(request, once, folder / "data", stack)
        pages = pages_of(kring)
        archive, keys = folder / "archive.tar", folder / "apart" / "keys.json"
        keys.parent.mkdir()
        rows = everything(kring)
        well(kring.run("backup", str(archive), "--keys", str(keys)))
        yield BackedUp(kring, archive, keys, rows, pages)


def _demo(request, once, data: Path, stack: ExitStack) -> Kring:
    if request.param == "sqlite":
        shutil.copytree(once("demo", build_demo), data)
        return Kring(data)
    template = request.getfixturevalue("migrated_postgres")
    kring = Kring(data, stack.enter_context(new_postgres_database(template, copy_of=template)))
    well(kring.run("demo", "--no-serve", "--members", "121"))
    return kring


@pytest.fixture
def empty(community, request, tmp_path) -> Kring:
    """A place where nothing is yet, of the same kind."""
    if not community.kring.database:
        return Kring(tmp_path / "restored")
    return Kring(tmp_path / "restored", request.getfixturevalue("postgres_url"))


def well(ended) -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(ended, sentence: str) -> None:
    assert ended.returncode == 2, ended.stderr
    assert sentence in ended.stderr
    # What it did comes before, a line each; the reason is one sentence, and no traceback.
    assert "Traceback" not in ended.stderr


def pages_of(kring: Kring) -> dict[str, list]:
    told = well(kring.run_module("tests.project.pages", AT, KRING_LOG_LEVEL="error"))
    return json.loads(told)


def pictures_of(kring: Kring) -> dict[str, bytes]:
    root = kring.data / "media"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.glob("??/??/*")}


def test_a_restored_community_is_the_same(community, empty):
    told = empty.run("restore", str(community.archive), "--keys", str(community.keys))
    well(told)
    restored = everything(empty)
    assert differing(restored, community.rows) - LEASES == SESSIONS
    assert all(community.rows[name] and not restored[name] for name in SESSIONS)
    assert len(restored["posts_post"]) > 300
    assert pictures_of(empty) == pictures_of(community.kring)
    assert len(pictures_of(empty)) > 100
    key = empty.data / "keys" / "signing.key"
    assert key.read_text() == (community.kring.data / "keys" / "signing.key").read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [status for status, *_ in community.pages.values()] == [200] * 5
    assert pages_of(empty) == community.pages
    well(empty.run("migrate", "--check"))
    assert not (empty.data / "restored.json").exists()
    left = {path.name for path in empty.data.iterdir()}
    assert not any(name.startswith(".restore-") for name in left)


def test_a_backup_taken_while_people_write_is_of_one_moment(community, empty, tmp_path, until):
    kring, archive = community.kring, tmp_path / "live.tar"
    writer = kring.start("tests.project.writing", KRING_LOG_LEVEL="error")

    def written() -> int:
        lines = [line for line in kring.output(writer).split("\n")[:-1] if line.isdigit()]
        return int(lines[-1]) if lines else 0

    try:
        until(lambda: written() > 40, within=60)
        before = written()
        well(kring.run("backup", str(archive)))
        after = written()
        until(lambda: written() > after + 5, within=60)
    finally:
        kring.stop()
    assert after > before, "nobody wrote while the backup was made"
    well(empty.run("restore", str(archive), "--keys", str(community.keys)))
    named = ask(empty, "SELECT id, client_key FROM posts_post WHERE client_key LIKE 'write-%'")
    numbers = sorted(int(key.removeprefix("write-")) for _, key in named)
    assert numbers == list(range(1, len(numbers) + 1))
    assert before <= len(numbers) <= after + 1
    # What was written together is there together.
    told = count(
        empty,
        "SELECT count(*) FROM core_recordedevent WHERE kind IN ('Commented', 'PostPublished')",
    )
    made = count(
        community.kring,
        "SELECT count(*) FROM core_recordedevent WHERE kind IN ('Commented', 'PostPublished')",
    )
    assert told == len(numbers) + 1 < made
    files = {name.rsplit("/", 1)[-1].split("-")[0] for name in pictures_of(empty)}
    assert {str(image) for (image,) in ask(empty, "SELECT id FROM media_image")} <= files


def test_a_place_that_is_not_empty_is_left_alone_unless_told(community, empty):
    order = ["restore", str(community.archive), "--keys", str(community.keys)]
    well(empty.run(*order))
    sign = "UPDATE members_community SET tagline = 'Changed since'"
    _execute(empty, sign)
    refused(empty.run(*order), "is not empty")
    assert count(empty, "SELECT count(*) FROM members_community WHERE tagline = 'Changed since'")
    if empty.database:
        refused(empty.run(*order, "--replace"), "createdb")
        return
    key = (empty.data / "keys" / "signing.key").read_text()
    told = empty.run(*order, "--replace")
    well(told)
    assert differing(everything(empty), community.rows) <= SESSIONS | LEASES
    (before,) = empty.data.glob("before-restore-*")
    assert str(before) in told.stderr
    assert (before / "keys" / "signing.key").read_text() == key
    kept = Kring(before)
    assert count(kept, "SELECT count(*) FROM members_community WHERE tagline = 'Changed since'")


def _execute(kring: Kring, order: str) -> None:
    if kring.database:
        with psycopg.connect(kring.database) as link:
            link.execute(order)
        return
    import sqlite3

    with sqlite3.connect(kring.data / "kring.db") as link:
        link.execute(order)


def test_a_running_kring_is_not_restored_over(community, empty):
    well(empty.run("migrate"))
    worker = empty.start("kring.project.cli", "worker")
    try:
        deadline = time.monotonic() + 60
        while "at work" not in empty.output(worker) and time.monotonic() < deadline:
            time.sleep(0.05)
        order = ["restore", str(community.archive), "--keys", str(community.keys), "--replace"]
        refused(empty.run(*order), "Stop it first")
    finally:
        empty.stop()


def test_an_archive_under_other_keys_or_damaged_changes_nothing(community, empty, tmp_path):
    archive = str(community.archive)
    refused(empty.run("restore", archive), "--keys FILE")
    damaged = tmp_path / "damaged.tar"
    content = bytearray(community.archive.read_bytes())
    content[5_000] ^= 0xFF
    damaged.write_bytes(content)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(content[: len(content) // 2])
    for path, sentence in ((damaged, "damaged or was changed"), (cut, "cut short")):
        for options in (["--keys", str(community.keys)], ["--without-keys"]):
            refused(empty.run("restore", str(path), *options), sentence)
    refused(empty.run("restore", str(tmp_path / "none.tar")), "No such file")
    refused(empty.run("restore", archive, "--keys", archive), "no file of keys")
    assert not {"kring.db", "media", "restored.json"} & {path.name for path in empty.data.iterdir()}
    well(empty.run("restore", archive, "--check", "--keys", str(community.keys)))
    if not empty.database:
        well(empty.run("restore", archive, "--without-keys"))
        assert differing(everything(empty), community.rows) <= SESSIONS | LEASES


def test_an_archive_of_a_newer_release_is_refused(community, empty, tmp_path):
    newer = tmp_path / "newer.tar"
    add = "INSERT INTO django_migrations (app, name, applied) VALUES ('posts', '9999_later', '%s')"
    _execute(community.kring, add % "2026-11-22 12:00:00+00")
    try:
        well(community.kring.run("backup", str(newer)))
    finally:
        _execute(community.kring, "DELETE FROM django_migrations WHERE name = '9999_later'")
    order = ["restore", str(newer), "--keys", str(community.keys)]
    refused(empty.run(*order), "newer than this one's (posts.9999_later)")


def test_a_backup_overwrites_nothing_and_keeps_keys_apart(community, tmp_path):
    kring, archive = community.kring, community.archive
    before = archive.read_bytes()
    refused(kring.run("backup", str(archive)), "is there already")
    assert archive.read_bytes() == before
    refused(kring.run("backup", str(tmp_path / "none" / "a.tar")), "is no folder")
    new = str(tmp_path / "new.tar")
    refused(kring.run("backup", new, "--keys", str(tmp_path / "keys.json")), "kept apart")
    refused(kring.run("backup", new, "--keys", str(community.keys)), "is there already")
    refused(kring.run("backup", new, "--keep", "2"), "name the folder")
    assert list(tmp_path.iterdir()) == []
    key = (kring.data / "keys" / "signing.key").read_bytes()
    assert key not in before
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(community.keys.stat().st_mode) == 0o600


def test_a_folder_keeps_its_newest_archives_and_what_is_not_ours(community, tmp_path):
    for name in ("kring-20200101-000000.tar", "kring-20200102-000000.tar", "family.tar"):
        (tmp_path / name).write_bytes(b"")
    told = json.loads(well(community.kring.run("backup", str(tmp_path), "--keep", "2", "--json")))
    assert told["removed"] == [str(tmp_path / "kring-20200101-000000.tar")]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"family.tar", "kring-20200102-000000.tar", Path(told["path"]).name}


def test_nothing_to_back_up_is_told(community, tmp_path):
    if community.kring.database:
        nowhere = Kring(tmp_path / "data", "postgres://nobody:secret@127.0.0.1:1/nowhere")
        ended = nowhere.run("backup", str(tmp_path / "a.tar"))
        refused(ended, "cannot be used")
        assert "secret" not in ended.stderr
        return
    refused(Kring(tmp_path / "data").run("backup", str(tmp_path / "a.tar")), "nothing to back up")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


WATCHED = """#!{python}
import os, sys
with open({notes!r}, "a") as notes:
    notes.write(" ".join(sys.argv) + "\\n")
{more}
os.execv({real!r}, [{real!r}, *sys.argv[1:]])
"""


@pytest.fixture
def watched(tmp_path):
    """A folder for PATH whose program notes how it was called, and then is the real one."""

    def make(program: str, more: str = "") -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = WATCHED.format(
            python=sys.executable, notes=str(tmp_path / "notes"), real=shutil.which(program),
            more=more,
        )  # fmt: skip
        (folder / program).write_text(script)
        (folder / program).chmod(0o755)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    return make


@pytest.mark.postgres
def test_no_command_line_shows_the_password(request, tmp_path, watched):
    url = request.getfixturevalue("migrated_postgres").replace("@", ":open-sesame@", 1)
    path = watched("pg_dump")
    well(Kring(tmp_path / "data", url).run("backup", str(tmp_path / "a.tar"), **path))
    noted = (tmp_path / "notes").read_text()
    assert "--format=custom" in noted
    assert "open-sesame" not in noted


@pytest.mark.postgres
def test_a_restore_that_breaks_off_leaves_postgres_empty(request, tmp_path, watched):
    source = Kring(tmp_path / "source", request.getfixturevalue("migrated_postgres"))
    well(source.run("backup", str(tmp_path / "a.tar")))
    broken = 'open(sys.argv[-1], "r+b").truncate(os.path.getsize(sys.argv[-1]) // 2)'
    place = Kring(tmp_path / "place", request.getfixturevalue("postgres_url"))
    order = ["restore", str(tmp_path / "a.tar"), "--without-keys"]
    refused(place.run(*order, **watched("pg_restore", broken)), "pg_restore: error")
    assert everything(place) == {"sequences": []}
    assert not (place.data / "restored.json").exists()
    well(place.run(*order))


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_a_restore_cut_short_is_finished_by_the_next_start(kring):
    (kring.data / "restored.json").write_text('{"made_at": "2026-11-01T00:00:00Z"}')
    _execute(
        kring,
        "INSERT INTO django_session VALUES ('stolen', 'data', '2030-01-01 00:00:00')",
    )
    well(kring.run("migrate"))
    assert count(kring, "SELECT count(*) FROM django_session") == 0
    assert not (kring.data / "restored.json").exists()
