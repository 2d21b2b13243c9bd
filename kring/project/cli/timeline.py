"""Show what somebody's connections wrote, posts and comments, newest first."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kring.project.cli.output import at_least_one, moment, print_json

if TYPE_CHECKING:
    from kring.posts.queries import TimelineItem

EXCERPT = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", metavar="HANDLE", help="a handle, or an id like ldbc:933")
    bound = parser.add_mutually_exclusive_group()
    bound.add_argument("--until", type=moment, metavar="T", help="up to and including T")
    bound.add_argument("--before", type=moment, metavar="T", help="strictly before T")
    parser.add_argument(
        "--degrees", type=int, choices=(1, 2), default=1, help="2: also connections of connections"
    )
    parser.add_argument("--limit", type=at_least_one, default=20, help="at most (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    rows = items(
        args.handle,
        until=args.until,
        before=args.before,
        degrees=args.degrees,
        limit=args.limit,
    )
    if args.json:
        print_json(rows)
    else:
        for row in rows:
            print(f"{row['created_at']}  @{row['author']}  {row['kind']}: {row['text']}")
    return 0


def items(
    handle: str,
    *,
    until: datetime | None = None,
    before: datetime | None = None,
    degrees: int = 1,
    limit: int = 20,
) -> list[dict[str, Any]]:
    """The timeline as it is printed. Raises NotFound for a handle nobody has."""
    from kring.members.queries import identity_by_handle
    from kring.posts.queries import timeline

    viewer = identity_by_handle(handle)
    found = timeline(viewer, degrees=degrees, until=until, before=before, limit=limit)
    return [_printed(item) for item in found]


def _printed(item: TimelineItem) -> dict[str, Any]:
    words = " ".join(item.text.split())
    return {
        "post_id": str(item.post_id),
        "external_id": item.external_id,
        "kind": "post" if item.in_reply_to_id is None else "comment",
        "author": item.author_handle,
        "author_external_id": item.author_external_id,
        "created_at": iso_ms(item.created_at),
        "text": words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…",
    }


def iso_ms(when: datetime) -> str:
    """`2010-11-25T06:15:18.278Z`."""
    utc = when.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1_000:03}Z"
