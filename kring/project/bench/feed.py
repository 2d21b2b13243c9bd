"""The child process of `kring bench feed`: grows a community in KRING_DATA and measures it."""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any


def cpu_ms(work: Callable[[], Any], *, runs: int) -> dict[str, float]:
    """CPU milliseconds of `work` in this thread: smallest, median and largest of `runs`."""
    for _ in range(3):
        work()
    gc.collect()
    times: list[float] = []
    for _ in range(runs):
        start = time.thread_time()
        work()
        times.append((time.thread_time() - start) * 1000)
    return {
        "min": round(min(times), 3),
        "median": round(statistics.median(times), 3),
        "max": round(max(times), 3),
    }


def main(members: int, seed: int, runs: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kring.project.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from kring.core import clock, nodes
    from kring.feed import serving
    from kring.members.models import Account
    from kring.project import database
    from kring.project.bench.crowd import grow

    database.prepare()
    call_command("collectstatic", interactive=False, verbosity=0)
    nodes.start()
    now = clock.utc_now()
    started = time.process_time()
    viewer = grow(members=members, seed=seed, now=now)
    grown = time.process_time() - started
    account = Account.objects.create(
        id=nodes.new_id(), email="bench@kring.invalid", password="!", created_at=now
    )
    viewer.account = account
    viewer.save(update_fields=["account"])
    print(f"{members} members grown in {grown:.1f} s", file=sys.stderr)

    started = time.process_time()
    serving.home(viewer, now=now)
    index = time.process_time() - started
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account)

    def get(path: str) -> Callable[[], Any]:
        def fetch() -> None:
            response = client.get(path)
            assert response.status_code == 200, (path, response.status_code)

        return fetch

    slate = serving.rank_for(viewer, now=now, limit=20)
    html = client.get("/")
    document = {
        "members": members,
        "seed": seed,
        "runs": runs,
        "candidates": slate.candidates,
        "cards": len(slate.items),
        "html_kB": round(len(html.content) / 1000, 1),
        "index_build_s": round(index, 2),
        "cpu_ms": {
            "rank": cpu_ms(lambda: serving.rank_for(viewer, now=now, limit=20), runs=runs),
            "page_json": cpu_ms(get("/feed.json"), runs=runs),
            "page_html": cpu_ms(get("/"), runs=runs),
            "by_time_html": cpu_ms(get("/?order=time"), runs=runs),
        },
    }
    print(json.dumps(document))
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:4])))
