"""The log of what moderators did, which nobody can change; and whether anybody did."""

from __future__ import annotations

import argparse
from typing import Any

from kring.project.cli.output import at_least_one, print_json, say

BROKEN = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=at_least_one, default=50, help="at most (%(default)s)")
    parser.add_argument(
        "--verify", action="store_true", help="only check every line; exit code 1 if one is changed"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from kring.moderation import audit

    if args.verify:
        return _verify(args.json)
    rows = [_entry(entry) for entry in audit.entries(limit=args.limit)]
    if args.json:
        print_json(rows)
    else:
        for row in rows:
            who = row["by"] or row["source"]
            about = f"{row['about']} {row['about_id']}" if row["about"] else ""
            moment = f"{row['at']:%Y-%m-%d %H:%M}"
            print(f"{moment}  {row['hash'][:16]}  {who}  {row['what']}  {about}".rstrip())
    return 0


def _verify(as_json: bool) -> int:
    from kring.moderation import audit
    from kring.moderation.models import AuditEntry

    broken = [str(entry_id) for entry_id in audit.broken()]
    newest = next(iter(audit.entries(limit=1)), None)
    document = {
        "lines": AuditEntry.objects.count(),
        "broken": broken,
        "newest": newest.hash if newest else None,
    }
    if as_json:
        print_json(document)
    elif not broken:
        print(f"All {document['lines']} lines are as they were written. {document['newest'] or ''}")
    else:
        say(f"The log was changed: see {', '.join(broken[:10])}.")
    return BROKEN if broken else 0


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "at": entry.at,
        "source": entry.source,
        "by": str(entry.by) if entry.by else None,
        "what": entry.what,
        "about": entry.about,
        "about_id": str(entry.about_id) if entry.about_id else None,
        "detail": entry.detail,
        "hash": entry.hash,
    }
