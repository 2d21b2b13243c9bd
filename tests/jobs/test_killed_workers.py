"""Real workers that die by `kill -9`: what a handler wrote to the database stands exactly once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import psycopg
import pytest

from tests.processes import kill_group

pytestmark = pytest.mark.process

EVENTS = 30
KILL_AFTER = (0.02, 0.11, 0.19)


def ask(kring, question: str) -> list[tuple]:
    """Ask the installation's database from outside."""
    if kring.database:
        with psycopg.connect(kring.database) as link:
            return link.execute(question).fetchall()
    with closing(sqlite3.connect(kring.data / "kring.db", timeout=20)) as link:
        return link.execute(question).fetchall()


def count(kring, question: str) -> int:
    return ask(kring, question)[0][0]


def marks(kring) -> int:
    return count(kring, "SELECT count(*) FROM probe_mark")


def prepare(kring, events: int) -> None:
    ended = kring.run_module("tests.jobs.probe", "prepare", str(events))
    assert ended.returncode == 0, ended.stderr


def test_killed_workers_repeat_nothing_and_lose_nothing(kring, until):
    prepare(kring, EVENTS)
    for pause in KILL_AFTER:
        before = marks(kring)
        worker = kring.start("tests.jobs.probe", "work")
        # Killed while it delivers: after its first effect of this life, at a changing moment.
        until(lambda before=before: marks(kring) > before)
        time.sleep(pause)
        kill_group(worker)
    assert count(kring, "SELECT count(*) FROM core_delivery") > 0, "killed too late to prove much"
    kring.start("tests.jobs.probe", "work")
    until(lambda: count(kring, "SELECT count(*) FROM core_delivery") == 0, within=40)
    written = sorted(number for (number,) in ask(kring, "SELECT number FROM probe_mark"))
    assert written == sorted([*range(1, EVENTS + 1), *range(-EVENTS, 0)])


def test_two_workers_share_the_work_and_a_slow_handler_keeps_its_lease(kring, until):
    prepare(kring, 3)
    for _ in range(2):
        # Each handler takes longer than a lease lasts.
        kring.start("tests.jobs.probe", "work", PROBE_SLEEP="0.8", PROBE_LEASE="0.5")
    until(lambda: count(kring, "SELECT count(*) FROM core_delivery") == 0, within=40)
    written = sorted(number for (number,) in ask(kring, "SELECT number FROM probe_mark"))
    assert written == [-3, -2, -1, 1, 2, 3]


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(kring, until):
    prepare(kring, EVENTS)
    worker = kring.start("tests.jobs.probe", "work")
    until(lambda: marks(kring) > 0)
    worker.terminate()
    assert worker.wait(timeout=15) == 0
    assert count(kring, "SELECT count(*) FROM core_delivery WHERE leased_until IS NOT NULL") == 0
    assert marks(kring) % 2 == 0


def test_two_processes_never_make_the_same_id(kring):
    processes = [kring.start("tests.jobs.probe", "ids", "5000") for _ in range(2)]
    for process in processes:
        assert process.wait(timeout=60) == 0, kring.output(process)
    made = [word for process in processes for word in kring.output(process).split()]
    assert len(made) == 10_000
    assert len(set(made)) == 10_000
