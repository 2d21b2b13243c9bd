"""What the real server does under a mixed load: `scripts/bench [SECONDS]`.

Builds the demo community in a database of its own, serves it with real processes, signs people in
as the demo lets one, and asks for pages with 1 and then 8 clients. Prints requests a second, waits
by percentile, CPU milliseconds a request of all of Kring's processes, and their memory.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode

PEOPLE = 40
CLIENTS = (1, 8)
WARM_SECONDS = 3.0
CSRF = "b" * 32
# Of a hundred requests; one in fifty writes, so that nobody meets the limits of a person.
MIX = (("home", 40), ("json", 20), ("post", 18), ("profile", 12), ("people", 8), ("react", 2))
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Outcome:
    """What one client saw: milliseconds of each answer, and how many of each status."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


class Client(threading.Thread):
    """Asks for one page after the other on one connection, each time as another person."""

    def __init__(self, port: int, sessions: list[str], pages: dict[str, list[str]], seed: int):
        super().__init__(daemon=True)
        self._port, self._sessions, self._pages = port, sessions, pages
        self._random = Random(seed)  # noqa: S311  (which page next)
        self.until, self.outcome = 0.0, Outcome()

    def run(self) -> None:
        kinds, weights = zip(*MIX, strict=True)
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while time.monotonic() < self.until:
            (kind,) = self._random.choices(kinds, weights)
            started = time.perf_counter()
            try:
                status = str(self._ask(link, kind))
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
                link.close()
            self.outcome.waits.append((time.perf_counter() - started) * 1000)
            self.outcome.statuses[status] += 1
        link.close()

    def _ask(self, link: http.client.HTTPConnection, kind: str) -> int:
        session = self._random.choice(self._sessions)
        headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}"}
        path, body, method = self._random.choice(self._pages[kind]), None, "GET"
        if kind == "react":
            method, body = "POST", urlencode({"kind": "like", "csrfmiddlewaretoken": CSRF})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request(method, path, body, headers)
        answer = link.getresponse()
        answer.read()
        return answer.status


def measure(
    port: int, serve: int, *, clients: int, seconds: float, town: Town
) -> dict[str, object]:
    """Drive the server for so long, after a moment to warm up."""
    for lasting in (WARM_SECONDS, seconds):
        running = [Client(port, town.sessions, town.pages, seed) for seed in range(clients)]
        cpu, began = _cpu_ms(serve), time.monotonic()
        for client in running:
            client.until = began + lasting
            client.start()
        for client in running:
            client.join()
        took, spent = time.monotonic() - began, _cpu_ms(serve) - cpu
    waits = sorted(wait for client in running for wait in client.outcome.waits)
    statuses: Counter[str] = sum((client.outcome.statuses for client in running), Counter())
    return {
        "clients": clients,
        "requests": len(waits),
        "per_second": round(len(waits) / took, 1),
        **{f"p{n}_ms": round(waits[min(len(waits) - 1, len(waits) * n // 100)], 1)
           for n in (50, 95, 99)},
        "cpu_ms": round(spent / max(1, len(waits)), 2),
        "memory_mb": round(sum(map(_memory_kb, _family(serve))) / 1024),
        "statuses": dict(statuses),
    }  # fmt: skip


@dataclass(frozen=True)
class Town:
    """Who is signed in, and the pages there are."""

    sessions: list[str]
    pages: dict[str, list[str]]


def enter(port: int, listed: str) -> Town:
    """Sign people of the demo in, and find posts and profiles on their pages."""
    handles = [row["handle"] for row in json.loads(listed)][:PEOPLE]
    sessions = [session for handle in handles if (session := _sign_in(port, handle))]
    found: set[str] = set()
    for session in sessions[:8]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
            link.request("GET", "/", headers={"Cookie": f"sessionid={session}"})
            found |= set(re.findall(r"/posts/\d+", link.getresponse().read().decode()))
    posts = sorted(found)
    return Town(
        sessions,
        {
            "home": ["/"],
            "json": ["/feed.json"],
            "post": posts,
            "profile": [f"/@{handle}" for handle in handles],
            "people": ["/people", "/people?q=pensioen", "/people?q=jan"],
            "react": [f"{post}/react" for post in posts],
        },
    )


def _sign_in(port: int, handle: str) -> str:
    form = urlencode({"handle": handle, "csrfmiddlewaretoken": CSRF})
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
        link.request("POST", "/demo/sign-in", form, {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={CSRF}",
        })  # fmt: skip
        answer = link.getresponse()
        cookies = " ".join(answer.headers.get_all("Set-Cookie") or [])
    found = re.search(r"sessionid=(\w+)", cookies)
    return found[1] if found else ""


@contextmanager
def served(database: str, workers: int) -> Iterator[tuple[int, int, str]]:
    """A demo community at a port: the port, the process, and who is in it."""
    with tempfile.TemporaryDirectory(prefix="kring-load-") as folder:
        plain = {name: v for name, v in os.environ.items() if not name.startswith("KRING_")}
        environ = {
            **plain, "KRING_DATA": folder, "KRING_DATABASE": database, "KRING_LOG_LEVEL": "error",
        }  # fmt: skip
        kring = [sys.executable, "-m", "kring.project.cli"]
        subprocess.run([*kring, "demo", "--no-serve"], env=environ, check=True)  # noqa: S603
        listed = subprocess.run(  # noqa: S603
            [*kring, "members", "--json"], env=environ, check=True, capture_output=True, text=True
        ).stdout
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        order = [*kring, "serve", "--port", str(port), "--workers", str(workers)]
        with (Path(folder) / "said").open("wb") as said:
            serve = subprocess.Popen(order, env=environ, stdout=said, stderr=said)  # noqa: S603
        try:
            _wait_for(port, serve)
            yield port, serve.pid, listed
        finally:
            serve.terminate()
            serve.wait()


def _wait_for(port: int, serve: subprocess.Popen[bytes]) -> None:
    from kring.project.processes import answers

    for _ in range(600):
        if answers("127.0.0.1", port, "/ready"):
            return
        if serve.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("kring serve did not start.")


def _family(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(below for child in listed for below in _family(int(child)))]


def _cpu_ms(pid: int) -> float:
    """Of the process and all below it, since they began."""
    total = 0
    for one in _family(pid):
        try:
            columns = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += int(columns[11]) + int(columns[12])
    return total * 1000 / TICKS


def _memory_kb(pid: int) -> int:
    """Its proportional share, so that what processes have in common counts once."""
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return 0
    return int(re.search(r"^Pss:\s+(\d+)", rolled, re.MULTILINE)[1])  # type: ignore[index]


def main(seconds: str = "20", database: str = "", workers: str = "2") -> None:
    rows = []
    with served(database, int(workers)) as (port, serve, listed):
        town = enter(port, listed)
        for clients in CLIENTS:
            rows.append(measure(port, serve, clients=clients, seconds=float(seconds), town=town))
    kind = "PostgreSQL" if database else "SQLite"
    print(json.dumps({"database": kind, "web_processes": int(workers), "runs": rows}, indent=1))
    bad = [status for row in rows for status in row["statuses"] if status[:1] not in "23"]  # type: ignore[attr-defined]
    if bad:
        raise SystemExit(f"Not every request was answered well: {', '.join(sorted(set(bad)))}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
