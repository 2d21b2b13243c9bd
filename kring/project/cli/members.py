"""List members: handle, name, and the id they had where they were imported from."""

from __future__ import annotations

import argparse

from kring.project.cli.output import at_least_one, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=at_least_one, default=100, help="at most (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    rows = members(args.limit)
    if args.json:
        print_json(rows)
    else:
        for row in rows:
            print(f"@{row['handle']}  {row['name']}  {row['external_id'] or ''}".rstrip())
    return 0


def members(limit: int) -> list[dict[str, str | None]]:
    """The longest-standing members of this Kring. 1 query."""
    from kring.members.models import Identity, Kind

    people = Identity.objects.filter(
        kind=Kind.PERSON, domain="", suspended_at__isnull=True, deleted_at__isnull=True
    )
    return [
        {"handle": handle, "name": name, "external_id": external_id}
        for handle, name, external_id in people.order_by("id").values_list(
            "handle", "name", "external_id"
        )[:limit]
    ]
