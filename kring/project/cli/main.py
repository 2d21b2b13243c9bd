"""The `kring` command: finds the subcommand, runs it, and turns what went wrong into a sentence.

A command is a module with `add_arguments(parser)` and `run(args) -> int`. Its module is imported
only when it is asked for, and Django is set up after the arguments have been read and before
`run`; so `kring --help` is instant, and a command imports Django's models inside `run`.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from kring.project.cli.output import say

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    module: str
    purpose: str


COMMANDS: tuple[Command, ...] = (
    Command("demo", "kring.project.cli.demo", "build a demo community, then serve it"),
    Command("serve", "kring.project.cli.serve", "start everything and serve the pages"),
    Command("worker", "kring.project.cli.worker", "deliver events and run scheduled work"),
    Command("import", "kring.project.cli.import_", "load real data: ldbc or deskdrop"),
    Command("community", "kring.project.cli.community", "name, look and owners of the community"),
    Command("members", "kring.project.cli.members", "list handles, names and external ids"),
    Command("invite-link", "kring.project.cli.invite_link", "make a link that lets people join"),
    Command("moderation", "kring.project.cli.moderation", "look at what was reported, and decide"),
    Command("audit", "kring.project.cli.audit", "what moderators did, unchanged or not"),
    Command("blocklist", "kring.project.cli.blocklist", "domains and handles not taken here"),
    Command("mail", "kring.project.cli.mail", "see how mail is doing, or try again"),
    Command("bounce", "kring.project.cli.bounce", "take in a mail that came back"),
    Command("timeline", "kring.project.cli.timeline", "what connections wrote, newest first"),
    Command("path", "kring.project.cli.path", "the shortest path between two people"),
    Command("migrate", "kring.project.cli.migrate", "bring the database up to this release"),
    Command("explain", "kring.project.cli.explain", "show why a feed is as it is"),
    Command("policy", "kring.project.cli.policy", "show, check or compare the feed's numbers"),
    Command("snapshot", "kring.project.cli.snapshot", "write the feed's index to a file"),
    Command("search", "kring.project.cli.search", "read again what people are found by"),
    Command("evaluate", "kring.project.cli.evaluate", "measure the ranker on recorded data"),
    Command("lab", "kring.project.cli.lab", "simulate attacks on the feed"),
    Command("bench", "kring.project.cli.bench", "measure the feed in CPU milliseconds"),
    Command("export", "kring.project.cli.export", "write all of somebody's data to a zip"),
    Command("backup", "kring.project.cli.backup", "copy everything to one file, while Kring runs"),
    Command("restore", "kring.project.cli.restore", "put a backup back"),
    Command("erase", "kring.project.cli.erase", "erase somebody and all they wrote"),
    Command("doctor", "kring.project.cli.doctor", "say in sentences what is well and what is not"),
)


class Parser(argparse.ArgumentParser):
    """Says one sentence about a wrong argument, without a page of usage above it."""

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:].rstrip(".")
        say(f"{sentence}. Try: {self.prog} --help")
        sys.exit(BAD_INPUT)


def overview() -> str:
    width = max(len(command.name) for command in COMMANDS)
    lines = [f"  {command.name:<{width}}  {command.purpose}" for command in COMMANDS]
    return "\n".join(
        [
            "usage: kring COMMAND [options]",
            "",
            "A professional network that a community owns.",
            "",
            "commands:",
            *lines,
            "",
            "kring COMMAND --help tells more. Settings are KRING_* variables: docs/operations.md.",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 done, 1 problems found, 2 unusable input."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a name must not stop the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Bytes that are no UTF-8 arrive as lone surrogates.
    if any("\ud800" <= sign <= "\udfff" for argument in arguments for sign in argument):
        say("The arguments hold signs that are no text in UTF-8.")
        return BAD_INPUT
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if arguments[0] == "--version":
        from importlib.metadata import version

        print(f"kring {version('kring')}")
        return 0
    command = next((one for one in COMMANDS if one.name == arguments[0]), None)
    if command is None:
        say(f"Kring has no command {arguments[0]!r}. Try: kring --help")
        return BAD_INPUT
    return _guarded(command, arguments[1:])


def _guarded(command: Command, arguments: list[str]) -> int:
    try:
        return _run(command, arguments)
    except BrokenPipeError:
        # Who reads us went away (`| head`): nobody is left to tell. Keep the interpreter from
        # trying once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _run(command: Command, arguments: list[str]) -> int:
    module = importlib.import_module(command.module)
    parser = Parser(prog=f"kring {command.name}", description=module.__doc__)
    module.add_arguments(parser)
    args = parser.parse_args(arguments)
    set_up_django()
    return answered(lambda: module.run(args))


def answered(run: Callable[[], int]) -> int:
    """The exit code: what `run` returns, and one sentence where it refuses or cannot."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, OperationalError, ProgrammingError

    from kring.core.errors import KringError
    from kring.project.env import SettingError

    try:
        code = run()
        sys.stdout.flush()
        return code
    except (KringError, SettingError, ImproperlyConfigured) as error:
        say(str(error))
    except (OperationalError, ProgrammingError) as error:
        say(database_sentence(error))
    except OSError as error:
        if not error.filename:
            raise
        say(f"{error.filename} cannot be used: {error.strerror}.")
    except DatabaseError as error:
        say(f"The database refused: {_first_line(error)}")
        return 1
    return BAD_INPUT


def set_up_django() -> None:
    """Load settings and apps. Bad settings end the process with their sentence and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kring.project.settings")
    import django

    django.setup()


def database_sentence(error: Exception) -> str:
    """What to do about a database that cannot be used."""
    reason = _first_line(error)
    missing = ("no such table", "does not exist", "no such column", "undefined")
    if any(word in reason.lower() for word in missing) and "database" not in reason.lower():
        return "The database is not up to this release. Run: kring migrate"
    return f"The database cannot be used: {reason}. See KRING_DATABASE and KRING_DATA."


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
