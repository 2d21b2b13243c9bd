"""Say what the community is called, what it is and how it looks; and who owns it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from kring.project.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="what it calls itself")
    parser.add_argument("--tagline", help="what it is, in a sentence or two")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="its rules, one a line")
    parser.add_argument("--accent", metavar="#RRGGBB", help='its colour; "" for that of Kring')
    parser.add_argument("--logo", type=Path, metavar="FILE", help="a PNG, JPEG, WebP or GIF")
    parser.add_argument("--registration", metavar="WAY", help="who may join: open, approval, "
                        "invitation or closed")  # fmt: skip
    parser.add_argument("--question", help="what is asked of who joins, where an owner says yes")
    parser.add_argument("--owner", metavar="E-MAIL", help="make this member an owner")
    parser.add_argument("--contact-name", metavar="NAME", help="who answers for the community")
    parser.add_argument("--contact-email", metavar="E-MAIL", help="where anybody may write to")
    parser.add_argument("--contact-address", metavar="ADDRESS", help="its postal address")
    parser.add_argument("--contact-languages", metavar="TEXT", help="in which one may write")
    parser.add_argument("--terms", type=Path, metavar="FILE", help="its own terms, as Markdown")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    change(args)
    found = face()
    if args.json:
        print_json(found)
    else:
        for name, value in found.items():
            print(f"{name}: {value}".rstrip())
    return 0


def change(args: argparse.Namespace) -> None:
    """Change what was named. Raises Invalid or NotFound before anything is changed."""
    from django.db import transaction

    from kring.core import clock, nodes
    from kring.desk.joining import set_registration
    from kring.media.models import Purpose
    from kring.media.services import take_in
    from kring.members.community import Face, community, make_owner, set_face, set_logo

    row = community()
    before = Face(row.name, row.tagline, row.rules, row.accent, row.shows_talk)
    given = {name: getattr(args, name) for name in ("name", "tagline", "accent")}
    given["rules"] = None if args.rules is None else args.rules.read_text("utf-8", "replace")
    asked = replace(before, **{name: text for name, text in given.items() if text is not None})
    logo_id = None
    if args.logo is not None:
        with args.logo.open("rb") as file:
            logo_id = take_in(file, by=None, purpose=Purpose.LOGO, now=clock.utc_now()).pk
    if args.registration is not None or args.question is not None:
        nodes.start()
    with transaction.atomic():
        _say_contact(args, clock.utc_now())
        if args.owner is not None:
            make_owner(args.owner)
        if args.registration is not None or args.question is not None:
            set_registration(
                how=row.registration if args.registration is None else args.registration,
                question=row.question if args.question is None else args.question,
                by=None,
                now=clock.utc_now(),
            )
        if asked != before:
            set_face(asked)
        if logo_id is not None:
            set_logo(logo_id)


def _say_contact(args: argparse.Namespace, now: datetime) -> None:
    from kring.members.imprint import Said, imprint, set_imprint

    row = imprint()
    before = Said(row.name, row.address, row.email, row.languages, row.terms)
    given = {
        name: getattr(args, f"contact_{name}") for name in ("name", "address", "email", "languages")
    }
    given["terms"] = None if args.terms is None else args.terms.read_text("utf-8", "replace")
    asked = replace(before, **{name: text for name, text in given.items() if text is not None})
    if asked != before:
        set_imprint(asked, now=now)


def face() -> dict[str, Any]:
    """What the community is now. 3 queries."""
    from kring.members.community import community, owners
    from kring.members.imprint import imprint

    row, said = community(), imprint()
    return {
        "name": row.name,
        "tagline": row.tagline,
        "rules": row.rules.splitlines(),
        "accent": row.accent,
        "logo": row.logo_id and str(row.logo_id),
        "registration": row.registration,
        "question": row.question,
        "owners": owners(),
        "contact": {
            name: getattr(said, name) for name in ("name", "address", "email", "languages")
        },
        "own_terms": bool(said.terms),
    }
