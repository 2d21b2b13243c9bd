"""Make a link that lets people join, see those there are, or call one back."""

from __future__ import annotations

import argparse
from typing import Any

from kring.project.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--for", dest="label", metavar="WHOM", help="make one, for these people")
    what.add_argument("--revoke", metavar="ID", help="let nobody in by this link any more")
    parser.add_argument("--uses", type=int, default=20, help="how many people (%(default)s)")
    parser.add_argument("--days", type=int, default=14, help="for how long (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings
    from django.urls import reverse

    from kring.core import clock, nodes
    from kring.core.paging import possible_id
    from kring.desk.links import links, make_link, revoke_link

    now = clock.utc_now()
    nodes.start()
    if args.revoke is not None:
        revoke_link(link_id=possible_id(args.revoke), by=None, now=now)
    found: dict[str, Any] = {}
    if args.label is not None:
        made, token = make_link(label=args.label, uses=args.uses, days=args.days, by=None, now=now)
        found = {"id": str(made.pk), "address": settings.ENV.url + reverse("join", args=[token])}
    else:
        found["links"] = [
            {
                "id": str(link.pk),
                "for": link.label,
                "joined": link.uses,
                "of": link.uses_allowed,
                "until": link.expires_at.isoformat(),
                "revoked": link.revoked_at is not None,
            }
            for link in links()
        ]
    if args.json:
        print_json(found)
    elif args.label is not None:
        print(found["address"])
    else:
        for link in found["links"]:
            state = "called back" if link["revoked"] else f"until {link['until']}"
            print(f"{link['id']}  {link['for']}: {link['joined']} of {link['of']}, {state}")
    return 0
