"""The commands as people type them: in their own process, on a database of their own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile

import pytest

from tests.archive.samples import SHARED, write_deskdrop, write_ldbc

pytestmark = pytest.mark.process


class Kring:
    def __init__(self, data):
        self.data = data
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("KRING_", "DJANGO_"))}
        self.environ = {**kept, "KRING_DATA": str(data), "KRING_LOG_LEVEL": "warning"}

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "kring.project.cli", *map(str, arguments)],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def json(self, *arguments):
        code, out, err = self.run(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    def count(self, table):
        with sqlite3.connect(self.data / "kring.db") as database:
            return database.execute(f"select count(*) from {table}").fetchone()[0]


@pytest.fixture
def kring(tmp_path):
    return Kring(tmp_path / "data")


def test_a_graph_can_be_imported_and_asked(kring, tmp_path):
    code, out, err = kring.run("import", "ldbc", write_ldbc(tmp_path, post=["bad|row"]))
    assert (code, out) == (0, "")
    assert "Added 3 persons" in err
    assert "post_0_0.csv:4: 2 columns where 11 are expected" in err
    members = kring.json("members", "--limit", 2)
    assert members[0] == {"handle": "ada_bos", "name": "Ada Bos", "external_id": "ldbc:100"}
    assert len(members) == 2
    (newest, _older) = kring.json("timeline", "ldbc:101", "--before", "2010-03-04")
    assert newest.pop("post_id").isdigit()
    assert newest == {
        "external_id": "ldbc:2001",
        "kind": "comment",
        "author": "ada_bos",
        "author_external_id": "ldbc:100",
        "created_at": "2010-03-03T00:00:00.000Z",
        "text": "second",
    }
    path = kring.json("path", "ada_bos", "ldbc:101")
    assert path == {"degree": 1, "path": ["ada_bos", "bo_oz"]}
    assert kring.json("path", "ada_bos", "ada_bos") == {"degree": 0, "path": ["ada_bos"]}
    assert kring.json("path", "ada_bos", "ldbc:102") == {"degree": -1, "path": []}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "ldbc", "nowhere"], "nowhere is not a folder"),
        (["import", "ldbc", "."], "is not LDBC data"),
        (
            ["import", "deskdrop", "."],
            "is not Deskdrop data: it has no interactions.csv or interactions.csv.gz.",
        ),
        (["import", "deskdrop", __file__], "is not a folder"),
        (["demo", "--no-serve", "--members", "5"], "121 to 5000 members"),
        (["demo", "--no-serve", "--weeks", "2"], "4 to 52 weeks"),
        (["demo", "--no-serve", "--seed", "x"], "'x' is not a whole number"),
        (["timeline", "ada", "--until", "soon"], "'soon' is not a date or time"),
        (["timeline", "ada", "--degrees", "3"], "invalid choice"),
        (["timeline", "ada", "--until", "2010", "--before", "2011"], "not"),
    ],
)
def test_unusable_input_ends_with_one_sentence_and_changes_nothing(kring, arguments, sentence):
    code, out, err = kring.run(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert not (kring.data / "kring.db").exists()


def test_who_is_not_there_is_said(kring, tmp_path):
    kring.run("import", "ldbc", write_ldbc(tmp_path))
    for arguments in (["timeline", "nobody"], ["path", "ada_bos", "nobody"]):
        code, out, err = kring.run(*arguments, "--json")
        assert (code, out, err) == (2, "", "There is nobody by that name here.\n")
    code, _out, err = kring.run("import", "deskdrop", write_deskdrop(tmp_path / "d"))
    assert (code, err.count("\n")) == (2, 1)
    assert kring.count("posts_post") == 5


def test_the_demo_is_built_once_and_then_found(kring):
    code, out, err = kring.run("demo", "--no-serve", "--members", "121")
    assert (code, out) == (0, "")
    assert "members: 121" in err
    assert kring.count("posts_post") == 380 + 937 + 60
    assert kring.run("demo", "--no-serve") == (0, "", "The demo community is here already.\n")


@pytest.mark.skipif(
    not (SHARED / "ldbc").is_dir(),
    reason="the LDBC sample is not beside the repository (../shared/data/ldbc)",
)
def test_an_import_that_is_killed_goes_on_where_it_was(kring):
    process = kring.start("import", "ldbc", SHARED / "ldbc")
    for line in process.stderr:
        if line.startswith("posts:"):
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert kring.count("network_connection") == 1650
    assert kring.count("posts_reaction") < 759 + 624
    code, _out, err = kring.run("import", "ldbc", SHARED / "ldbc")
    assert code == 0
    assert " persons" not in err.partition("Added")[2]
    assert kring.count("posts_post") == 5924 + 2218
    assert kring.count("posts_reaction") == 759 + 624
    assert kring.count("posts_posttopic") == 683 + 2553


def test_all_of_somebodys_data_is_written_once(kring, tmp_path):
    kring.run("import", "ldbc", write_ldbc(tmp_path))
    told = kring.json("export", "ada_bos", tmp_path / "ada.zip")
    assert told["rows"]["profile"] == 1
    with zipfile.ZipFile(tmp_path / "ada.zip") as found:
        assert found.testzip() is None
        assert "Ada Bos" in found.read("data/profile.json").decode()
    before = (tmp_path / "ada.zip").read_bytes()
    refused = (
        ("export", "ada_bos", tmp_path / "ada.zip"), ("export", "nobody", tmp_path / "no.zip"),
        ("export", "ada_bos"), ("export", "ada_bos", tmp_path / "nowhere" / "a.zip"),
    )  # fmt: skip
    for arguments in refused:
        code, out, err = kring.run(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), err
    assert (tmp_path / "ada.zip").read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["ada.zip"]


def test_what_a_member_asked_for_is_made_by_the_process_that_the_worker_starts(kring, tmp_path):
    kring.run("import", "ldbc", write_ldbc(tmp_path))
    with sqlite3.connect(kring.data / "kring.db") as database:
        database.execute(
            "insert into archive_export (id, identity_id, asked_at, attempts) "
            "select 7, id, '2026-03-02 12:00:00', 0 from members_identity where handle = 'ada_bos'"
        )
    code, _out, err = kring.run("export", "--waiting")
    assert (code, err) == (0, "Tried: 1.\n")
    path = kring.data / "exports" / "7.zip"
    assert zipfile.is_zipfile(path)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_somebody_is_hidden_kept_and_erased(kring, tmp_path):
    kring.run("import", "ldbc", write_ldbc(tmp_path))
    assert kring.run("erase", "ada_bos", "--undo")[0] == 2
    assert kring.json("erase", "ada_bos")["state"] == "leaving"
    assert "ada_bos" not in [one["handle"] for one in kring.json("members")]
    assert kring.run("erase", "ada_bos")[0] == 2
    assert kring.json("erase", "ada_bos", "--undo")["state"] == "stays"
    assert "ada_bos" in [one["handle"] for one in kring.json("members")]
    before = (kring.data / "kring.db").read_bytes()
    assert kring.json("erase", "ada_bos", "--now")["state"] == "erased"
    for wrong in (("erase", "ada_bos"), ("erase",), ("erase", "x", "--now", "--undo")):
        code, out, err = kring.run(*wrong)
        assert (code, out, err.count("\n")) == (2, "", 1), err
    # An older backup is put back, and what happened since is made true again.
    for path in kring.data.glob("kring.db*"):
        path.unlink()
    (kring.data / "kring.db").write_bytes(before)
    assert kring.json("erase", "--replay") == {"put_right": 1}
    assert "ada_bos" not in [one["handle"] for one in kring.json("members")]
    assert kring.json("erase", "--replay") == {"put_right": 0}
