"""What is counted of requests, for Prometheus: routes, statuses and seconds, never who or which.

Off until `start`: then every web process counts in files of its own in one folder, and whichever
is asked adds them up.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

# Seconds. Pages are meant to take hundredths; what takes over ten is given up by whoever waits.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST"})
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

_started = False


def start(folder: Path) -> None:
    """Count from now on. Before anything else in the process loads prometheus_client."""
    global _started
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[FOLDER] = str(folder)
    _started = True


def is_on() -> bool:
    return _started


def observe_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request. route: its pattern, which names nobody."""
    if not _started:
        return
    requests, duration = _of_requests()
    requests.labels(route, method if method in METHODS else "other", str(status)).inc()
    duration.labels(route).observe(seconds)


def collected() -> bytes:
    """All processes' counts, in Prometheus' text."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    _of_requests()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


@lru_cache(maxsize=1)
def _of_requests() -> tuple[Counter, Histogram]:
    from prometheus_client import Counter, Histogram

    return (
        Counter(
            "kring_http_requests", "Requests answered.", ["route", "method", "status"],
            registry=None,
        ),
        Histogram(
            "kring_http_request_seconds", "How long they took.", ["route"], buckets=BUCKETS,
            registry=None,
        ),
    )  # fmt: skip
