"""`kill -9` of the web while people write: what was acknowledged is there, and there once."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from urllib.parse import urlencode

import pytest

from tests.jobs.test_killed_workers import ask, count
from tests.processes import children_of, command_of, free_port, get

pytestmark = pytest.mark.process

CSRF = "a" * 32
AT_MOST = 170


class Writer(threading.Thread):
    """Sends comments one after the other; a form without an answer is sent again as it was."""

    def __init__(self, port: int, town: dict) -> None:
        super().__init__(daemon=True)
        self.port, self.town = port, town
        self.enough = threading.Event()
        self.acknowledged: list[str] = []
        self.again = 0
        self.refused: list[int] = []

    def run(self) -> None:
        for number in range(AT_MOST):
            if self.enough.is_set():
                return
            self._insist(number, f"form-{number}")
            time.sleep(0.02)

    def _insist(self, number: int, key: str) -> None:
        while not self.enough.is_set():
            status = self._send(number, key)
            if status == 303:
                self.acknowledged.append(key)
                return
            if status:
                self.refused.append(status)
            self.again += 1
            time.sleep(0.05)

    def _send(self, number: int, key: str) -> int:
        """The answer's status; 0 when the connection broke before there was one."""
        sessions = self.town["sessions"]
        form = {"text": f"Comment {number}", "client_key": key, "csrfmiddlewaretoken": CSRF}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={sessions[number % len(sessions)]}; csrftoken={CSRF}",
        }
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            path = f"/posts/{self.town['post_id']}/comment"
            link.request("POST", path, urlencode(form), headers)
            return link.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            link.close()


def web_of(serve) -> int:
    """The process id of granian, below `kring serve`."""
    return next(pid for pid in children_of(serve.pid) if "granian" in command_of(pid))


def family(pid: int) -> list[int]:
    """All living processes below this one."""
    below = children_of(pid)
    return [*below, *(deeper for child in below for deeper in family(child))]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_no_acknowledged_comment_is_lost_and_none_is_there_twice(kring, until):
    made = kring.run_module("tests.project.town")
    assert made.returncode == 0, made.stderr
    port = free_port()
    serve = kring.serve(port, "--workers", "2")
    writer = Writer(port, json.loads(made.stdout))
    writer.start()
    for kill_round in range(3):
        before = len(writer.acknowledged)
        until(lambda before=before: len(writer.acknowledged) >= before + 5, within=30)
        web = web_of(serve)
        if kill_round % 2:
            kill(web)
        else:
            # Every process that answers requests, under the one that keeps them.
            for pid in children_of(web):
                kill(pid)
        time.sleep(0.05 * kill_round)
    before = len(writer.acknowledged)
    until(lambda: len(writer.acknowledged) >= before + 5, within=30)
    writer.enough.set()
    writer.join(timeout=20)
    keys = [
        key for (key,) in ask(kring, "SELECT client_key FROM posts_post WHERE client_key <> ''")
    ]
    assert len(keys) == len(set(keys))
    assert set(writer.acknowledged) <= set(keys)
    # At most the form that was under way at the end is stored without its sender knowing.
    assert len(keys) - len(writer.acknowledged) <= 1
    assert writer.again > 0, "no request was cut short: killed at the wrong moments"
    assert writer.refused == []
    commented = "SELECT count(*) FROM core_recordedevent WHERE kind = 'Commented'"
    assert count(kring, commented) == len(keys)
    until(lambda: count(kring, "SELECT count(*) FROM core_delivery") == 0, within=40)
    logged = dict(ask(kring, "SELECT kind, count(*) FROM feed_loggedact GROUP BY kind"))
    assert logged["Commented"] == len(keys)


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_serve_keeps_its_children_alive_and_they_end_with_it(kring, until):
    port = free_port()
    serve = kring.serve(port, "--workers", "1")
    until(lambda: get(f"http://127.0.0.1:{port}/ready")[0] == 200, within=30)
    second = kring.run("serve", "--port", str(port))
    assert second.returncode == 2
    assert "in use" in second.stderr
    assert kring.run("worker").returncode == 2

    _, worker = children_of(serve.pid)
    kill(worker)
    until(lambda: len(children_of(serve.pid)) == 2 and worker not in children_of(serve.pid))
    below = family(serve.pid)
    kill(serve.pid)
    serve.wait()
    until(lambda: not any(command_of(pid) for pid in below))

    again = kring.serve(port, "--workers", "1")
    below = family(again.pid)
    again.terminate()
    assert again.wait(timeout=20) == 0
    assert not any(command_of(pid) for pid in below)
    assert get(f"http://127.0.0.1:{port}/health")[0] == 0


@pytest.mark.redis
@pytest.mark.parametrize(
    "kring", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_postgres_and_redis_serve_a_community_too(kring, redis_url, until):
    kring.redis = redis_url
    made = kring.run_module("tests.project.town")
    assert made.returncode == 0, made.stderr
    port = free_port()
    kring.serve(port, "--workers", "1")
    until(lambda: get(f"http://127.0.0.1:{port}/ready")[0] == 200, within=30)
    writer = Writer(port, json.loads(made.stdout))
    assert [writer._send(1, "form-1"), writer._send(1, "form-1")] == [303, 303]
    assert count(kring, "SELECT count(*) FROM posts_post WHERE client_key = 'form-1'") == 1
    assert not (kring.data / "cache.db").exists()
    told = json.loads(kring.run("doctor", "--json").stdout)
    assert "Redis answers." in [finding["sentence"] for finding in told["findings"]]


def test_two_starts_at_once_prepare_one_new_database(kring, request):
    if kring.database:
        kring.database = request.getfixturevalue("postgres_url")
    else:
        (kring.data / "kring.db").unlink()
    starting = [kring.start("kring.project.cli", "migrate") for _ in range(2)]
    assert [process.wait(timeout=60) for process in starting] == [0, 0]
    told = sorted(kring.output(process).split()[0] for process in starting)
    assert told == ["Applied", "The"]


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_serve_says_in_a_sentence_that_the_database_is_away(kring):
    kring.database = "postgres://nobody@127.0.0.1:1/nowhere"
    ended = kring.run("serve", "--port", str(free_port()))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "database cannot be used" in ended.stderr
