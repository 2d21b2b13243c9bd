"""The child process of `kring bench people`: grows members in KRING_DATA and looks for them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kring.core import clock
from kring.project.bench.feed import Order, Refused, prepare
from kring.project.bench.measure import Costs, Figures, memory_mb, process_cpu_ns
from kring.project.bench.townspeople import Townsperson, queries, ties, townspeople
from kring.project.cli.main import answered, set_up_django

MARK = "people.json"
AT_ONCE = 1_000
VIEWERS = 8
TIES = (100, 500, 5_000)


def main(order: Order) -> dict[str, Any]:
    """Grow or reuse the members, and return what finding them costs."""
    prepare()
    import numpy as np

    from kring.members.models import Identity
    from kring.network.graph import Graph

    people = townspeople(members=order.members, seed=order.seed)
    grown = community(order, people)
    numbers = np.array(Identity.objects.order_by("pk").values_list("pk", flat=True))
    one, other = ties(members=order.members, seed=order.seed)
    network = Graph.from_edges(numbers[one], numbers[other], ids=numbers)
    return {
        **grown,
        "viewers": {
            str(count): _measured(order, list(Identity.objects.filter(pk__in=ids)), network, people)
            for count, ids in _viewers(network, numbers.tolist()).items()
        },
        "memory_mb": memory_mb(),
    }


def community(order: Order, people: list[Townsperson]) -> dict[str, Any]:
    """Write and index these members, unless KRING_DATA keeps them; returns what that came to.

    Raises Refused where there are others.
    """
    from django.conf import settings

    from kring.members.models import Identity

    mark = Path(settings.ENV.data) / MARK
    if mark.exists():
        kept: dict[str, Any] = json.loads(mark.read_text())
        if (kept["members"], kept["seed"]) == (order.members, order.seed):
            return kept
        raise Refused("The folder to keep holds another community; remove it.")
    if Identity.objects.exists():
        raise Refused("The database is no benchmark's: it holds members already.")
    started = time.thread_time()
    ids = _written(people)
    written = time.thread_time()
    grown = {
        "members": order.members,
        "seed": order.seed,
        "written_cpu_s": round(written - started, 1),
        **_indexed(ids),
        "indexed_cpu_s": round(time.thread_time() - written, 1),
    }
    mark.write_text(json.dumps(grown))
    return grown


def _written(people: list[Townsperson]) -> list[int]:
    from django.db import transaction

    from kring.core import nodes
    from kring.members.handles import handle_from
    from kring.members.models import Identity, Position, Skill

    now, ids = clock.utc_now(), []
    for start in range(0, len(people), AT_ONCE):
        batch = [(nodes.new_id(), person) for person in people[start : start + AT_ONCE]]
        ids += [id_ for id_, _person in batch]
        with transaction.atomic():
            Identity.objects.bulk_create(
                Identity(
                    id=id_, handle=f"{handle_from(person.name)[:20]}{start + at}", name=person.name,
                    city=person.city, headline=person.headline, is_sample=True, created_at=now,
                )
                for at, (id_, person) in enumerate(batch)
            )  # fmt: skip
            Position.objects.bulk_create(
                Position(identity_id=id_, title=person.headline.split(",")[0],
                         organisation_name=person.company, from_year=2020)
                for id_, person in batch
            )  # fmt: skip
            Skill.objects.bulk_create(
                Skill(identity_id=id_, name=skill)
                for id_, person in batch
                for skill in person.skills
            )
    return ids


def _indexed(ids: list[int]) -> dict[str, int]:
    from django.db import connection

    from kring.search.indexing import index
    from kring.search.models import Kind, Posting, Term

    for start in range(0, len(ids), AT_ONCE):
        index(ids[start : start + AT_ONCE])
    if connection.vendor == "postgresql":
        # As its own autovacuum does within minutes.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return {
        "words": Term.objects.filter(kind=Kind.WORD).count(),
        "terms": Term.objects.count(),
        "postings": Posting.objects.count(),
    }


def _viewers(network: Any, ids: list[int]) -> dict[int, list[int]]:
    """Those whose number of connections is nearest to each of `TIES`, if any is near."""
    count = {id_: len(network.neighbours(id_)) for id_ in ids}
    found = {}
    for wanted in TIES:
        near = sorted(ids, key=lambda id_: (abs(count[id_] - wanted), id_))[:VIEWERS]
        if all(abs(count[id_] - wanted) <= wanted / 4 for id_ in near):
            found[wanted] = near
    return found or {0: ids[:1]}


def _measured(
    order: Order, viewers: list[Any], network: Any, people: list[Townsperson]
) -> dict[str, Any]:
    from kring.search.neighbourhood import nearby
    from kring.search.people import find
    from kring.search.question import ask

    costs, found = Costs(_server()), {}
    for run in range(-2, order.runs):
        viewer, spent = viewers[run % len(viewers)], costs if run >= 0 else Costs()
        for what, text in queries(people).items():
            with spent.of(what):
                found[what] = find(ask(text), viewer=viewer, network=network).total
        with spent.of("a mention: two letters"):
            find(ask("ma"), viewer=viewer, network=network, limit=8, facets=False)
        with spent.of("nothing asked"):
            nearby(viewer, network=network)
    cpu_ms: dict[str, Figures] = costs.figures()
    return {"viewers": len(viewers), "found": found, "cpu_ms": cpu_ms}


def _server() -> Callable[[], int]:
    """What PostgreSQL spends on this connection; SQLite's work is this thread's own."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return lambda: 0
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return lambda: process_cpu_ns(pid)


def tell(order: Order) -> int:
    print(json.dumps(main(order)))
    return 0


if __name__ == "__main__":
    members, seed, runs, flames = sys.argv[1:5]
    ordered = Order(int(members), int(seed), int(runs), flames)
    set_up_django()
    sys.exit(answered(lambda: tell(ordered)))
