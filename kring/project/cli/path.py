"""Find the shortest path of connections between two people."""

from __future__ import annotations

import argparse
from typing import Any

from kring.project.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for end in ("from", "to"):
        parser.add_argument(end, metavar="HANDLE", help="a handle, or an id like ldbc:933")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    found = path(getattr(args, "from"), args.to)
    if args.json:
        print_json(found)
    elif found["path"]:
        print(f"{found['degree']}: " + " – ".join(f"@{handle}" for handle in found["path"]))
    else:
        print("There is no path of connections between them.")
    return 0


def path(one: str, other: str) -> dict[str, Any]:
    """`{"degree", "path"}`; -1 and nothing where none. Raises NotFound for an unknown handle.

    4 queries; all connections are read into arrays.
    """
    import numpy as np
    from django.db.models import F

    from kring.members.queries import identities, identity_by_handle
    from kring.network.graph import Graph
    from kring.network.models import Connection

    start, end = identity_by_handle(one), identity_by_handle(other)
    ties = Connection.objects.filter(owner__lt=F("other")).values_list("owner_id", "other_id")
    pairs = np.fromiter((id_ for pair in ties.iterator(20_000) for id_ in pair), np.int64)
    graph = Graph.from_edges(pairs[::2], pairs[1::2], ids=[start.pk, end.pk])
    ids = graph.shortest_path(start.pk, end.pk)
    if ids is None:
        return {"degree": -1, "path": []}
    people = identities(ids)
    return {"degree": len(ids) - 1, "path": [people[id_].handle for id_ in ids]}
