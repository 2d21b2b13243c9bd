"""The desk from the command line: who may join, who waits, links and roles."""

from __future__ import annotations

import importlib
import json

import pytest

from kring.core import clock
from kring.core.undoing import UNDO_WITHIN
from kring.desk import joining
from kring.desk.links import link_by_token
from kring.members.models import Account, Community
from tests.desk.test_joining import joins
from tests.web.members import member
from tests.web.visits import stored

pytestmark = pytest.mark.django_db
cli = importlib.import_module("kring.project.cli.main")


def kring(capsys, *arguments: str) -> tuple[int, str, str]:
    code = cli.main([*arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_who_may_join_and_who_does(capsys):
    assert kring(capsys, "community", "--registration", "approval", "--question", "Why?")[0] == 0
    row = Community.objects.get(pk=1)
    assert (row.registration, row.question) == ("approval", "Why?")
    joins("wim")
    code, out, _err = kring(capsys, "members", "--waiting", "--json")
    told = json.loads(out)
    assert (code, told[0]["email"], told[0]["answer"]) == (0, "wim@example.org", "I know Ada.")
    assert kring(capsys, "members", "--approve", "WIM@example.org")[0] == 0
    joining.settle(clock.utc_now() + UNDO_WITHIN)
    assert "@wim  Wim" in kring(capsys, "members")[1]


def test_links(capsys):
    code, out, _err = kring(capsys, "invite-link", "--for", "Class", "--uses", "3", "--json")
    made = json.loads(out)
    token = made["address"].rpartition("/")[2]
    assert code == 0
    assert link_by_token(token, now=clock.utc_now()).uses_allowed == 3
    assert "Class: 0 of 3" in kring(capsys, "invite-link")[1]
    assert kring(capsys, "invite-link", "--revoke", made["id"])[0] == 0
    assert link_by_token(token, now=clock.utc_now()) is None


def test_roles(capsys):
    hank = member()
    assert kring(capsys, "members", "--role", "hank", "owner")[0] == 0
    assert Account.objects.get(pk=hank.pk).role == "owner"
    code, out, err = kring(capsys, "members", "--role", "hank", "member")
    assert (code, out) == (2, "")
    assert "needs an owner" in err


@pytest.mark.parametrize(
    "wrong",
    [
        ["community", "--registration", "everybody"],
        ["members", "--approve", "nobody@example.org"],
        ["members", "--decline", "\0"],
        ["members", "--role", "nobody", "owner"],
        ["invite-link", "--for", " "],
        ["invite-link", "--for", "x", "--uses", "0"],
        ["invite-link", "--revoke", "x"],
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(capsys, wrong):
    before = stored()
    code, out, err = kring(capsys, *wrong)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert stored() == before
