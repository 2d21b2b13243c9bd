"""Erase somebody: out of sight at once, gone after two weeks unless that is undone."""

from __future__ import annotations

import argparse
from datetime import datetime

from kring.project.cli.output import print_json, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", nargs="?", metavar="HANDLE", help="whom")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--undo", action="store_true", help="they stay: all is as it was")
    how.add_argument("--now", action="store_true", help="gone at once; cannot be undone")
    how.add_argument(
        "--replay", action="store_true",
        help="after a restore: make true again what was erased and asked since the backup",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from django.utils.translation import gettext as _

    from kring.core import clock, nodes
    from kring.core.errors import Invalid

    if args.replay == (args.handle is not None):
        raise Invalid(_("Say whom to erase: kring erase HANDLE"))
    nodes.start()
    told, sentence = _replay(clock.utc_now()) if args.replay else _one(args, clock.utc_now())
    if args.json:
        print_json(told)
    else:
        say(sentence)
    return 0


def _one(args: argparse.Namespace, now: datetime) -> tuple[dict[str, object], str]:
    from kring.archive.erasure import requests
    from kring.archive.erasure.wipe import erase
    from kring.core.errors import Invalid
    from kring.members.models import Kind
    from kring.members.queries import identity_by_handle

    person = identity_by_handle(args.handle)
    handle = person.handle
    if person.kind != Kind.PERSON:
        raise Invalid(f"@{handle} is no person, and is not erased but closed.")
    if args.undo:
        requests.undo(person=person, now=now)
        return {"handle": handle, "state": "stays"}, f"@{handle} stays: all is as it was."
    if args.now:
        erase(person.pk, now=now)
        return {"handle": handle, "state": "erased"}, f"@{handle} is erased, for good."
    leaving = requests.ask(person=person, now=now)
    told: dict[str, object] = {
        "handle": handle,
        "state": "leaving",
        "erase_at": leaving.erase_at.isoformat(),
    }
    day = f"{leaving.erase_at:%Y-%m-%d %H:%M} UTC"
    return told, (
        f"@{handle} is out of sight, and erased at {day}. Undo it before: "
        f"kring erase {handle} --undo"
    )


def _replay(now: datetime) -> tuple[dict[str, object], str]:
    from kring.archive.erasure.requests import replay_erasures

    changed = replay_erasures(now)
    return {"put_right": changed}, f"Put right: {changed}."
