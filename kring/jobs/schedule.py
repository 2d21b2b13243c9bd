"""Work that is done by the clock: a name, how often, and what to do.

`project/wiring.py` registers tasks; the worker runs those that are due. With several workers one
of them does each. A task that fails is tried again after its interval, and must bear being cut
short at any moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from kring.jobs.models import ScheduledRun

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    every: timedelta
    run: Callable[[datetime], object]


TASKS: dict[str, Task] = {}


def register(name: str, every: timedelta, run: Callable[[datetime], object]) -> None:
    """Let the worker call `run(now)` at least `every` apart, and soon after its first start."""
    TASKS[name] = Task(name, every, run)


def run_due(*, now: datetime) -> int:
    """Run every task that is due; returns how many ran. 1 query when none is."""
    known = {row.name: row.last_run_at for row in ScheduledRun.objects.all()}
    ran = 0
    for task in TASKS.values():
        last = known.get(task.name)
        # A last run in the future was written under a clock that has since been put right.
        if last is not None and last <= now < last + task.every:
            continue
        if _take(task.name, last, now):
            _run(task, now)
            ran += 1
    return ran


def _take(name: str, last: datetime | None, now: datetime) -> bool:
    """Whether this process may run the task: of several that ask, one gets it."""
    ScheduledRun.objects.get_or_create(name=name)
    unchanged = Q(last_run_at=last) if last is not None else Q(last_run_at__isnull=True)
    return bool(ScheduledRun.objects.filter(unchanged, name=name).update(last_run_at=now))


def _run(task: Task, now: datetime) -> None:
    error = ""
    try:
        task.run(now)
    except Exception as raised:  # one task's bug must not stop the others
        error = type(raised).__name__[:100]
        log.error("task.failed", task=task.name, error=error)
    ScheduledRun.objects.filter(name=task.name).update(last_error=error)
