"""The child process of `kring bench feed`: grows a community in KRING_DATA and measures it."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kring.core import clock
from kring.core.errors import KringError
from kring.project.bench.measure import Costs, memory_mb
from kring.project.cli.main import answered, set_up_django

if TYPE_CHECKING:
    from kring.feed.serving import Server
    from kring.members.models import Identity
    from kring.project.bench.pages import Browser

MARK = "bench.json"
# A community that is kept looks the same for so long; then its newest posts are too old.
KEPT_FOR = timedelta(days=1)
CAUGHT_UP = 4_000
FLAME_RUNS = 300


class Refused(KringError):
    """What was asked cannot be measured there; the message says why."""


@dataclass(frozen=True)
class Order:
    """What to measure. flames: the folder for the pictures, none when empty."""

    members: int
    seed: int
    runs: int
    flames: str = ""


@dataclass(frozen=True)
class Grown:
    """A community in KRING_DATA, as its mark tells: handles of the viewers by number of ties."""

    members: int
    seed: int
    now: datetime
    seconds: float
    viewers: dict[str, list[str]]


def main(order: Order) -> dict[str, Any]:
    """Grow or reuse the community, measure it, and return the figures."""
    prepare()
    grown = community(order)
    from kring.feed.serving import server
    from kring.project.bench import catchup
    from kring.project.wsgi import application

    empty = memory_mb()
    built = _build(server())
    classes: dict[str, Any] = {}
    for ties, viewers in _viewers(grown).items():
        classes[ties] = _measured(order, application, server(), viewers, grown.now)
    return {
        "members": order.members,
        "seed": order.seed,
        "runs": order.runs,
        "grown_s": grown.seconds,
        "index_build": built,
        "memory_mb": {"before_index": empty, "after": memory_mb()},
        "viewers": classes,
        "catch_up": catchup.events_per_second(server(), count=CAUGHT_UP, now=grown.now),
    }


def prepare() -> None:
    """Set up Django on KRING_DATA, with the database and the static files it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kring.project.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from kring.project import database

    database.prepare()
    call_command("collectstatic", interactive=False, verbosity=0)


def community(order: Order) -> Grown:
    """The community that KRING_DATA holds, grown first unless it holds this very one.

    Raises Refused where there is another one.
    """
    from django.conf import settings

    from kring.members.models import Identity

    mark = Path(settings.ENV.data) / MARK
    if mark.exists():
        kept = json.loads(mark.read_text())
        grown = Grown(**{**kept, "now": datetime.fromisoformat(kept["now"])})
        young = clock.utc_now() - grown.now < KEPT_FOR
        if (grown.members, grown.seed) == (order.members, order.seed) and young:
            return grown
        raise Refused("The folder to keep holds another or an older community; remove it.")
    if Identity.objects.exists():
        raise Refused("The folder to keep holds a database that is no benchmark's.")
    grown = _grown(order)
    mark.write_text(json.dumps({**grown.__dict__, "now": grown.now.isoformat()}))
    return grown


def _grown(order: Order) -> Grown:
    from kring.project.bench import crowd, store

    started, now = time.monotonic(), clock.utc_now()
    made = crowd.grow(members=order.members, seed=order.seed, now_ms=clock.to_ms(now))
    store.write(made, tell=lambda table: print(f"writing {table}", file=sys.stderr))
    seconds = round(time.monotonic() - started, 1)
    print(f"{order.members} members grown in {seconds} s", file=sys.stderr)
    viewers = {str(ties): [f"member{who}" for who in found] for ties, found in made.viewers.items()}
    return Grown(order.members, order.seed, now, seconds, viewers)


def _build(server: Server) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    with server.index.reading():
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2)}


def _viewers(grown: Grown) -> dict[str, list[Identity]]:
    from kring.members.models import Identity

    known = Identity.objects.select_related("account")
    return {ties: list(known.filter(handle__in=handles)) for ties, handles in grown.viewers.items()}


def _measured(
    order: Order, application: Any, server: Server, viewers: list[Identity], now: datetime
) -> dict[str, Any]:
    from kring.project.bench import pages, stages

    costs = Costs()
    candidates = stages.measure(server, viewers, costs, now=now, runs=order.runs)
    browsers = [pages.Browser(application, viewer) for viewer in viewers]
    sizes = pages.measure(browsers, costs, runs=order.runs, forget=server.kept.forget_all)
    if order.flames:
        _flames(order, browsers, server, len(viewers))
    return {
        "viewers": len(viewers),
        "candidates": round(candidates),
        "kB": {name: round(size, 1) for name, size in sizes.items()},
        "cpu_ms": costs.figures(),
    }


def _flames(order: Order, browsers: list[Browser], server: Server, ties: int) -> None:
    from kring.project.bench import flame

    for name, address in (("json", "/feed.json"), ("html", "/")):
        sampler = flame.Sampler()
        with sampler.running():
            for run in range(min(FLAME_RUNS, 10 * order.runs)):
                server.kept.forget_all()
                browsers[run % len(browsers)].get(address)
        title = f"{address}, slate cold, {order.members} members"
        path = Path(order.flames) / f"flame-{name}.svg"
        flame.write(path, sampler.stacks, title=title, root="Browser.get")


def tell(order: Order) -> int:
    print(json.dumps(main(order)))
    return 0


if __name__ == "__main__":
    members, seed, runs, flames = sys.argv[1:5]
    ordered = Order(int(members), int(seed), int(runs), flames)
    set_up_django()
    sys.exit(answered(lambda: tell(ordered)))
