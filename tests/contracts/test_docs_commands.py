"""docs/operations.md lists every command and every setting, and none that does not exist."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

from kring.project import doctor
from kring.project.env import VARIABLES

cli = importlib.import_module("kring.project.cli.main")
TEXT = (Path(__file__).resolve().parent.parent.parent / "docs" / "operations.md").read_text()


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| `(?:kring )?([^` ]+)[^|]*\|", section(title), flags=re.MULTILINE)


def test_every_command_is_described_and_no_other():
    assert first_column("Commands") == [command.name for command in cli.COMMANDS]


def test_every_setting_is_described_in_its_own_words_and_no_other():
    rows = dict(re.findall(r"^\| `(KRING_\w+)` \| (.+) \|$", section("Settings"), re.MULTILINE))
    assert rows == VARIABLES


def help_of(parser: argparse.ArgumentParser) -> str:
    """What it says of itself and of each of its verbs."""
    verbs = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    below = [help_of(verb) for one in verbs for verb in one.choices.values()]
    return "".join([parser.format_help(), *below])


def test_every_option_in_the_text_exists(capsys):
    for line in re.findall(r"`kring ([^`]+)`", TEXT):
        name, *words = line.split()
        command = next(one for one in cli.COMMANDS if one.name == name)
        parser = cli.Parser(prog=f"kring {name}")
        importlib.import_module(command.module).add_arguments(parser)
        known = help_of(parser)
        for word in re.findall(r"--[a-z-]+", " ".join(words)):
            assert word in known, f"kring {line}"


def test_every_check_of_the_doctor_is_described():
    told = section("When something is wrong")
    for check in doctor.CHECKS:
        assert f"`{check.__name__.removeprefix('check_')}`" in told
