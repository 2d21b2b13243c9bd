"""The command line's manners: one sentence and exit code 2 for what cannot be used."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, ProgrammingError

from kring.core.errors import NotFound
from kring.project import locks
from kring.project.cli import output
from kring.project.processes import port_problem
from tests.processes import ROOT, Kring, free_port, plain_environ

# The package offers the function of this name, which hides the module from `import`.
cli = importlib.import_module("kring.project.cli.main")


class Stub:
    """A command that does what a test tells it to."""

    def __init__(self, act) -> None:
        self.act = act

    @staticmethod
    def add_arguments(parser):
        parser.add_argument("--limit", type=output.at_least_one)

    def run(self, args):
        return self.act(args)


@pytest.fixture
def command(monkeypatch):
    def install(act):
        monkeypatch.setitem(sys.modules, "tests.stub_command", Stub(act))
        row = cli.Command("stub", "tests.stub_command", "do as told")
        monkeypatch.setattr(cli, "COMMANDS", (row,))
        return lambda *arguments: cli.main(["stub", *arguments])

    return install


def failing(error):
    def act(args):
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound("Nobody here is called @ghost."), "Nobody here is called @ghost."),
        (OperationalError("no such table: posts_post"), "Run: kring migrate"),
        (ProgrammingError('relation "posts_post" does not exist'), "Run: kring migrate"),
        (OperationalError("connection refused\nIs it on?"), "cannot be used: connection refused."),
        (FileNotFoundError(2, "No such file", "rows.csv"), "rows.csv cannot be used: No such file"),
    ],
)
def test_what_a_person_can_mend_is_one_sentence_and_exit_code_2(command, capsys, error, sentence):
    assert command(failing(error))() == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_bugs_are_not_hidden(command):
    with pytest.raises(ZeroDivisionError):
        command(failing(ZeroDivisionError()))()


def test_a_command_answers_with_its_exit_code(command):
    assert command(lambda args: 1)() == 1
    assert command(lambda args: args.limit)("--limit", "7") == 7


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--limit", "many"], ["--nonsense"]])
def test_wrong_arguments_are_one_sentence_and_exit_code_2(command, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        command(lambda args: 0)(*arguments)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "kring stub --help" in told.err


def test_an_unknown_command_and_damaged_text_are_refused(capsys):
    assert cli.main(["destroy"]) == 2
    assert "no command 'destroy'" in capsys.readouterr().err
    assert cli.main(["serve", "--host", "\udcff"]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_help_names_every_command_and_needs_no_django():
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kring.project.cli", "--help"],
        env=plain_environ(KRING_LANGUAGE="no such language"),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0
    assert all(f"  {command.name}" in ended.stdout for command in cli.COMMANDS)
    assert " django" not in ended.stderr


def test_every_listed_command_can_say_what_it_wants(capsys):
    for command in cli.COMMANDS:
        with pytest.raises(SystemExit) as ended:
            cli.main([command.name, "--help"])
        assert ended.value.code == 0
        assert f"usage: kring {command.name}" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    kring = Kring(tmp_path / "data")
    process = subprocess.Popen(
        [sys.executable, "-m", "kring.project.cli", "doctor", "--json"],
        env=kring.environ(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""


def test_json_is_one_document(capsysbinary):
    output.print_json({"name": "Zoë", "ids": [1, 2]})
    assert capsysbinary.readouterr().out.decode() == (
        '{\n  "name": "Zoë",\n  "ids": [\n    1,\n    2\n  ]\n}\n'
    )


def test_moments_and_folders_are_read_or_refused(tmp_path):
    assert output.moment("2012-06-30") == datetime(2012, 6, 30, tzinfo=UTC)
    assert output.moment("2012-06-30T12:00:00+02:00") == datetime(2012, 6, 30, 10, tzinfo=UTC)
    assert output.folder(str(tmp_path)) == tmp_path
    for refuse, text in ((output.moment, "yesterday"), (output.folder, str(tmp_path / "none"))):
        with pytest.raises(argparse.ArgumentTypeError):
            refuse(text)


def test_a_lock_has_one_holder(tmp_path):
    path = tmp_path / "one.lock"
    with locks.held(path, wait=False), pytest.raises(locks.Taken), locks.held(path, wait=False):
        pass
    with locks.held(path, wait=True):
        pass


def test_a_port_that_cannot_be_had_is_told():
    import socket

    port = free_port()
    assert port_problem("127.0.0.1", port) is None
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert "in use" in port_problem("127.0.0.1", port)
    assert "not an address" in port_problem("no such host.invalid", port)
    assert "listen" in port_problem("203.0.113.7", port)
