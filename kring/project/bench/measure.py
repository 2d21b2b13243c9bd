"""CPU time of this thread, as percentiles; and memory, as the kernel counts it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

Figures = dict[str, float]


class Costs:
    """CPU milliseconds of named steps, collected over many runs.

    besides: nanoseconds that another process has spent for this thread so far
    """

    def __init__(self, besides: Callable[[], int] = lambda: 0) -> None:
        self._taken: dict[str, list[float]] = {}
        self._besides = besides

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        elsewhere, start = self._besides(), time.thread_time_ns()
        yield
        spent = time.thread_time_ns() - start + self._besides() - elsewhere
        self._taken.setdefault(step, []).append(spent / 1e6)

    def figures(self) -> dict[str, Figures]:
        return {step: percentiles(taken) for step, taken in self._taken.items()}


def percentiles(taken: Iterable[float]) -> Figures:
    """Median and 99th percentile, and of how many."""
    values = np.array(list(taken))
    p50, p99 = np.percentile(values, [50, 99])
    return {"p50": round(float(p50), 3), "p99": round(float(p99), 3), "runs": len(values)}


def process_cpu_ns(pid: int) -> int:
    """What a process of this machine has spent, to the nanosecond (only Linux tells)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def memory_mb() -> Figures:
    """Of this process: resident, and its proportional share of what it holds with others.

    Empty where the kernel does not tell (only Linux does).
    """
    rollup = Path("/proc/self/smaps_rollup")
    if not rollup.exists():
        return {}
    kilobytes = {
        line.split(":")[0]: int(line.split()[1])
        for line in rollup.read_text().splitlines()
        if line.endswith("kB")
    }
    return {
        "rss": round(kilobytes["Rss"] / 1024, 1),
        "pss": round(kilobytes["Pss"] / 1024, 1),
        "private": round((kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]) / 1024, 1),
    }
