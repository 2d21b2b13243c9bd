"""What the community does not take: domains of e-mail addresses and of links, and handles."""

from __future__ import annotations

import argparse
from pathlib import Path

from kring.project.cli.output import print_json

KINDS = ("email", "handle", "link")
_MOST_BYTES = 8 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, purpose in (("add", "put lines on a list"), ("remove", "take lines off a list")):
        verb = verbs.add_parser(name, help=purpose)
        verb.add_argument("kind", choices=KINDS)
        verb.add_argument("lines", nargs="*", metavar="LINE", help="a domain or a handle")
        verb.add_argument("--file", type=Path, help="more of them, one a line; # begins a remark")
        verb.add_argument("--json", action="store_true", help="one JSON document on stdout")
    shown = verbs.add_parser("list", help="show a list, or all")
    shown.add_argument("kind", nargs="?", choices=KINDS)
    shown.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from kring.core import clock, nodes
    from kring.core.errors import Invalid
    from kring.members.models import Blocked
    from kring.moderation.services.blocklist import block, unblock

    if args.verb == "list":
        rows = Blocked.objects.filter(**({"kind": args.kind} if args.kind else {}))
        pairs = list(rows.order_by("kind", "value").values_list("kind", "value"))
        if args.json:
            print_json([{"kind": kind, "value": value} for kind, value in pairs])
        else:
            for kind, value in pairs:
                print(value if args.kind else f"{kind} {value}")
        return 0
    lines = [*args.lines, *(_lines(args.file) if args.file else [])]
    if not lines:
        raise Invalid("Name what belongs on the list, or a file with --file.")
    nodes.start()
    change = block if args.verb == "add" else unblock
    number = change(kind=args.kind, lines=lines, by=None, now=clock.utc_now())
    if args.json:
        print_json({"kind": args.kind, "changed": number})
    else:
        print(f"{number} of {len(lines)} {'added' if args.verb == 'add' else 'removed'}.")
    return 0


def _lines(path: Path) -> list[str]:
    """What stands in a file, without remarks and empty lines. Raises Invalid, OSError."""
    from kring.core.errors import Invalid

    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise Invalid("The file is larger than 8 MB. That is no list anybody looked at.")
    text = path.read_text("utf-8", "replace")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line]
