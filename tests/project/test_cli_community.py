"""`kring community`: what it is told, it keeps; what cannot be, it refuses in a sentence."""

from __future__ import annotations

import importlib
import json

import pytest

from kring.members.models import Account, Community, Role
from tests.web.members import member
from tests.web.test_community import png
from tests.web.visits import stored

pytestmark = pytest.mark.django_db
cli = importlib.import_module("kring.project.cli.main")


def kring(capsys, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["community", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_keeps_what_it_is_told_and_leaves_the_rest(capsys, tmp_path):
    (tmp_path / "rules").write_text("Say who you are.\nAsk first.\n")
    (tmp_path / "logo").write_bytes(png().read())
    code, out, _err = kring(
        capsys, "--name", "The Guild", "--accent", "#7A2E8E", "--rules", str(tmp_path / "rules"),
        "--logo", str(tmp_path / "logo"), "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert (code, told["name"], told["accent"]) == (0, "The Guild", "#7a2e8e")
    assert told["rules"] == ["Say who you are.", "Ask first."]
    assert told["logo"] == str(Community.objects.get(pk=1).logo_id)
    assert kring(capsys, "--tagline", "We print.")[0] == 0
    row = Community.objects.get(pk=1)
    assert (row.name, row.tagline, row.accent) == ("The Guild", "We print.", "#7a2e8e")


def test_it_makes_the_first_owner(capsys):
    account = member()
    code, out, _err = kring(capsys, "--owner", account.email.upper())
    assert code == 0
    assert account.email in out
    assert Account.objects.get(pk=account.pk).role == Role.OWNER


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--name", " "], "needs a name"),
        (["--name", "Good", "--accent", "#ffff00"], "too pale"),
        (["--owner", "nobody@example.org"], "Nobody here"),
        (["--logo", "/nowhere.png"], "cannot be used"),
        (["--rules", "/nowhere"], "cannot be used"),
        (["--logo", __file__], "picture"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(capsys, wrong, says):
    before = stored()
    code, out, err = kring(capsys, *wrong)
    assert (code, out) == (2, "")
    assert says in err
    assert stored() == before
