"""`kring moderation`, `kring audit` and `kring blocklist`: what they do, and what they refuse."""

from __future__ import annotations

import importlib
import json
import shutil

import pytest
from django.db import connection

from kring.core import clock
from kring.members.community import Face, set_face
from kring.members.models import Blocked, Identity
from kring.moderation.models import AuditEntry, Decision
from kring.moderation.services import Notice, appeal, report
from kring.moderation.subjects import post_subject
from kring.posts.models import Post
from kring.posts.visibility import may_see
from tests.processes import Kring
from tests.web.visits import square, stored

pytestmark = pytest.mark.django_db
cli = importlib.import_module("kring.project.cli.main")


def kring(capsys, *arguments: str) -> tuple[int, object, str]:
    """The exit code, the JSON document and what was said about a mistake."""
    try:
        code = cli.main([*arguments, "--json"])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


@pytest.fixture
def here(db):
    set_face(Face(name="Square", rules="Do not sell."))
    made = square()
    report(
        by=made.town.bob,
        about=post_subject(made.town.bob, made.public.pk),
        notice=Notice("spam", words="He sells"),
        now=clock.utc_now(),
    )
    return made


def test_from_the_queue_to_the_answer_of_an_appeal(capsys, here):
    code, queue, _ = kring(capsys, "moderation", "queue")
    assert (code, len(queue["cases"]), queue["appeals"]) == (0, 1, [])
    case = queue["cases"][0]["case"]
    _, shown, _ = kring(capsys, "moderation", "show", case)
    assert shown["reports"][0]["words"] == "He sells"
    assert shown["rules"]["1"] == "Do not sell."
    assert "bob" not in json.dumps(shown["reports"])
    code, made, _ = kring(
        capsys, "moderation", "decide", case, "remove", "--rule", "1", "--words", "You sell"
    )
    assert (code, made["until"]) == (0, None)
    assert not may_see(None, Post.objects.get(pk=here.public.pk))
    ada = here.town.ada
    asked = appeal(
        decision_id=int(made["decision"]), by=ada, about={ada.pk}, words="No", now=clock.utc_now()
    )
    assert kring(capsys, "moderation", "queue")[1]["appeals"][0]["appeal"] == str(asked.pk)
    code, ended, _ = kring(
        capsys, "moderation", "answer", str(asked.pk), "reversed", "--words", "You are right"
    )
    assert (code, ended["ending"]) == (0, "appeal")
    assert may_see(None, Post.objects.get(pk=here.public.pk))
    code, rows, _ = kring(capsys, "audit")
    assert [row["what"] for row in rows] == [
        "decision.appeal", "appeal.granted", "decision.remove",
    ]  # fmt: skip
    assert {row["source"] for row in rows} == {"command line"}
    assert kring(capsys, "audit", "--verify")[:2] == (
        0, {"lines": 3, "broken": [], "newest": rows[0]["hash"]},
    )  # fmt: skip


def test_a_case_nobody_reported_and_a_decision_taken_back(capsys, here):
    _, opened, _ = kring(capsys, "moderation", "open", "profile", "ada")
    _, made, _ = kring(
        capsys, "moderation", "decide", opened["case"], "suspend", "--rule", "law",
        "--days", "3", "--words", "A forgery",
    )  # fmt: skip
    assert (made["rule"], made["until"] is not None) == ("law", True)
    assert Identity.objects.get(handle="ada").suspended_at is not None
    assert kring(capsys, "moderation", "undo", made["decision"])[1]["ending"] == "undone"
    assert Identity.objects.get(handle="ada").suspended_at is None
    _, second, _ = kring(capsys, "moderation", "open", "post", str(here.reply.pk))
    assert second["kind"] == "comment"


BAD = [
    ("moderation", "show", "12345"), ("moderation", "show", "abc"),
    ("moderation", "show", "9" * 30),
    ("moderation", "undo", "1"), ("moderation", "open", "post", "1"), ("moderation",),
    ("moderation", "open", "profile", "nobody_here"), ("moderation", "answer", "1", "stands"),
    ("moderation", "answer", "1", "stands", "--words", "x"), ("moderation", "hang", "1"),
    ("blocklist", "add", "link"), ("blocklist", "add", "link", "no domain"),
    ("blocklist", "add", "nothing", "a.example"),
    ("blocklist", "add", "link", "--file", "/nowhere"),
    ("audit", "--limit", "0"), ("audit", "--limit", "x"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", BAD)
def test_what_cannot_be_ends_with_a_sentence_and_changes_nothing(capsys, here, arguments):
    before = stored()
    code, out, err = kring(capsys, *arguments)
    assert (code, out) == (2, None)
    assert err.strip().endswith((".", "--help"))
    assert len(err.strip().splitlines()) == 1
    assert stored() == before


@pytest.mark.parametrize(
    "ruling",
    [
        ("suspend", "--rule", "1", "--words", "x"), ("suspend", "--rule", "1", "--days", "3"),
        ("suspend", "--words", "x", "--days", "3"), ("remove", "--rule", "7", "--words", "x"),
        ("suspend", "--rule", "1", "--words", "x", "--days", "91"),
        ("suspend", "--rule", "1", "--words", "x", "--days", "-1"), ("fly",),
    ],
)  # fmt: skip
def test_a_ruling_that_cannot_be_is_refused(capsys, here, ruling):
    case = kring(capsys, "moderation", "queue")[1]["cases"][0]["case"]
    before = stored()
    code, out, err = kring(capsys, "moderation", "decide", case, *ruling)
    assert (code, out, bool(err)) == (2, None, True)
    assert stored() == before
    assert not Decision.objects.exists()


def test_a_list_from_a_file(capsys, db, tmp_path):
    file = tmp_path / "list"
    file.write_text("# from elsewhere\nevil.example\n\nWorse.Example  # twice\nworse.example\n")
    assert kring(capsys, "blocklist", "add", "link", "--file", str(file))[1]["changed"] == 2
    _, rows, _ = kring(capsys, "blocklist", "list", "link")
    assert [row["value"] for row in rows] == ["evil.example", "worse.example"]
    assert kring(capsys, "blocklist", "remove", "link", "evil.example")[1]["changed"] == 1
    assert list(AuditEntry.objects.order_by("pk").values_list("what", "detail")) == [
        ("blocklist.add", "list=link lines=2"), ("blocklist.remove", "list=link lines=1"),
    ]  # fmt: skip
    file.write_text("good.example\nhttps://no.example/\n")
    assert kring(capsys, "blocklist", "add", "email", "--file", str(file))[0] == 2
    assert not Blocked.objects.filter(kind="email").exists()


def test_a_log_that_was_changed_is_told(capsys, here):
    kring(capsys, "blocklist", "add", "link", "evil.example")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_update")
        else:
            cursor.execute("ALTER TABLE moderation_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE moderation_auditentry SET detail = 'list=link lines=9'")
    code, told, _ = kring(capsys, "audit", "--verify")
    assert code == 1
    assert told["broken"] == [str(AuditEntry.objects.get().pk)]


@pytest.mark.process
def test_a_command_that_writes_takes_ids_of_its_own(migrated_folder, tmp_path):
    """In the tests above this process has them already."""
    shutil.copytree(migrated_folder, tmp_path / "data")
    installation = Kring(tmp_path / "data")
    added = installation.run("blocklist", "add", "link", "spam.example")
    assert (added.returncode, added.stdout) == (0, "1 of 1 added.\n"), added.stderr
    opened = installation.run("moderation", "open", "nobody")
    assert opened.returncode == 2
    assert "Traceback" not in opened.stderr
