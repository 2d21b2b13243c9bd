"""`kring mail` and `kring bounce`."""

from __future__ import annotations

import importlib
import io
import json
import sys
from types import SimpleNamespace

import pytest

from kring.core import clock
from kring.mail.models import DeadAddress, Letter, State
from kring.mail.queue import bury
from kring.mail.returning import return_path
from tests.mail.test_returning import report

pytestmark = pytest.mark.django_db
cli = importlib.import_module("kring.project.cli.main")


def test_figures_and_trying_again(capsys):
    now = clock.utc_now()
    Letter.objects.create(
        id=1, to="a@example.org", message=b"x", state=State.GIVEN_UP, made_at=now, due_at=now
    )
    bury("b@example.org", code="5.1.1", now=now)
    assert cli.main(["mail", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["given_up"], told["dead"], told["waiting"]) == (1, 1, 0)
    assert cli.main(["mail", "--retry"]) == 0
    assert Letter.objects.get().state == State.WAITING
    assert cli.main(["mail", "--revive", "B@example.org"]) == 0
    assert not DeadAddress.objects.exists()
    assert cli.main(["mail", "--revive", "b@example.org"]) == 2


def test_a_mail_that_came_back_is_piped_in(monkeypatch, use_env, capsys):
    use_env(bounces="bounces@network.example")
    now = clock.utc_now()
    letter = Letter.objects.create(
        id=7, to="a@example.org", message=b"", state=State.SENT, made_at=now, due_at=now
    )
    raw = io.BytesIO(report(return_path(letter)))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=raw, isatty=lambda: False))
    assert cli.main(["bounce"]) == 0
    assert "nobody" in capsys.readouterr().err
    assert DeadAddress.objects.filter(address="a@example.org").exists()
