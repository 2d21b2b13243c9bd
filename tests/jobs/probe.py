"""The real worker, with a slow handler that leaves a countable mark: `python -m tests.jobs.probe`.

`prepare N` makes the table of marks and records N events; `work` runs the worker until it is
stopped; `ids N` prints N new ids.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def main(action: str, *arguments: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django

    django.setup()
    from datetime import timedelta

    from django.db import connection, transaction

    from kring.core import clock, events, nodes
    from kring.jobs import deliveries
    from kring.jobs.worker import Worker

    # A killed worker's deliveries come back after the lease; a short one keeps the test short.
    deliveries.LEASE = timedelta(seconds=float(os.environ.get("PROBE_LEASE", "0.8")))

    class Probed(events.Event, frozen=True):
        number: int

    def mark(recorded: events.Recorded) -> None:
        with connection.cursor() as cursor:
            number = recorded.event.number
            cursor.execute("INSERT INTO probe_mark (number) VALUES (%s)", [number])
            time.sleep(float(os.environ.get("PROBE_SLEEP", "0.03")))
            cursor.execute("INSERT INTO probe_mark (number) VALUES (%s)", [-number])

    events.subscribe([Probed], "probe.mark", mark)
    nodes.start()
    if action == "prepare":
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE probe_mark (number integer NOT NULL)")
        for number in range(1, int(arguments[0]) + 1):
            with transaction.atomic():
                events.record(Probed(number=number), now=clock.utc_now())
    elif action == "work":
        worker = Worker(batch=5)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()
    elif action == "ids":
        print(*[nodes.new_id() for _ in range(int(arguments[0]))])


if __name__ == "__main__":
    # Under its own name, not as __main__: handlers stay what they are for every process.
    main(*sys.argv[1:])
