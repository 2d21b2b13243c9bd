"""Too many at once: some are refused at once and told when to come back, and then all is well."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import closing

import pytest

from kring.project.overload import LONG, SHORT, Shedding, _queues
from tests.processes import free_port, get

AT_ONCE = 400
SECONDS = 8


class Crowd:
    """Many visitors, each with a connection for each page they ask for."""

    def __init__(self, port: int, path: str, session: str) -> None:
        self._port, self._path, self._session = port, path, session
        self.told: Counter[object] = Counter()
        self.slowest_refusal = 0.0
        self.without_moment = 0
        self._lock = threading.Lock()

    def press(self) -> None:
        until = time.monotonic() + SECONDS
        visitors = [
            threading.Thread(target=self._visit, args=(until,), daemon=True) for _ in range(AT_ONCE)
        ]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join(timeout=90)

    def _visit(self, until: float) -> None:
        while time.monotonic() < until:
            status, moment = self.ask()
            with self._lock:
                self.told[status] += 1
                self.without_moment += status == 503 and not moment
            if status == 503:
                time.sleep(0.2)

    def ask(self) -> tuple[object, str | None]:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as link:
                cookie = {"Cookie": f"sessionid={self._session}"}
                link.request("GET", self._path, headers=cookie)
                answer = link.getresponse()
                answer.read()
                return answer.status, answer.headers["Retry-After"]
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, None


@pytest.mark.process
@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_a_crowd_is_shed_and_the_next_are_served(kring, until):
    made = kring.run_module("tests.project.town")
    assert made.returncode == 0, made.stderr
    town, port = json.loads(made.stdout), free_port()
    kring.serve(port, "--workers", "1")
    crowd = Crowd(port, f"/posts/{town['post_id']}", town["sessions"][0])
    assert crowd.ask() == (200, None)
    crowd.press()
    assert set(crowd.told) == {200, 503}, crowd.told
    assert crowd.told[200] > 20
    assert crowd.told[503] > 20
    assert crowd.without_moment == 0
    until(lambda: [crowd.ask()[0] for _ in range(5)] == [200] * 5, within=15)
    assert get(f"http://127.0.0.1:{port}/ready")[0] == 200
    assert "overload began" in "".join(kring.output(one) for one in kring.processes)


def ask(application, path="/"):
    told = []
    body = application({"PATH_INFO": path}, lambda status, headers: told.append((status, headers)))
    return told[0][0], dict(told[0][1]), b"".join(body)


def served(environ, start):
    start("200 OK", [])
    return [b"served"]


def test_it_begins_when_the_queue_is_long_and_ends_when_it_is_short():
    queue = [0]
    application = Shedding(served, lambda: queue[0])

    def status(waiting: int) -> str:
        queue[0] = waiting
        application.look()
        return ask(application)[0]

    steps = [0, LONG, LONG + 1, LONG, SHORT, SHORT - 1, LONG]
    told = [status(waiting)[:3] for waiting in steps]
    assert told == ["200", "200", "503", "503", "503", "200", "200"]


def test_who_asks_how_kring_is_gets_an_answer_and_others_a_moment():
    application = Shedding(served, lambda: LONG + 1)
    application.look()
    assert ask(application, "/ready")[2] == b"served"
    status, headers, body = ask(application, "/")
    assert status.startswith("503")
    assert int(headers["Retry-After"]) > 0
    assert int(headers["Content-Length"]) == len(body)


def test_the_kernels_table_is_read():
    lines = [
        "   0: 0100007F:1F40 00000000:0000 0A 00000000:0000002A 00:00000000 00000000  0",
        "   1: 0100007F:1F40 0100007F:D431 01 00000000:00000099 00:00000000 00000000  0",
        "   2: 0100007F:0CEA 00000000:0000 0A 00000000:00000077 00:00000000 00000000  0",
    ]
    assert _queues(lines, ":1F40") == [42]
