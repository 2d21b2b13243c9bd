"""`/metrics` counts for all processes, tells nobody's name, and is there for its token alone."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

import pytest

from tests.jobs.test_killed_workers import ask
from tests.processes import Kring, free_port, get

TOKEN = "a token that is long enough"


def scrape(port: int, token: str | None) -> tuple[int, str]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def value(text: str, pattern: str) -> float:
    found = re.search(rf"^{pattern} (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])


@pytest.mark.process
@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_a_prometheus_with_the_token_is_told_what_all_processes_did(kring, until):
    made = kring.run_module("tests.project.town")
    assert made.returncode == 0, made.stderr
    plain, port = kring.environ, free_port()
    kring.environ = lambda **more: plain(KRING_METRICS_TOKEN=TOKEN, **more)
    kring.serve(port, "--workers", "2")
    until(lambda: get(f"http://127.0.0.1:{port}/ready")[0] == 200)
    for number in range(30):
        assert get(f"http://127.0.0.1:{port}/@person{number % 3}")[0] in (200, 404)
    get(f"http://127.0.0.1:{port}/nobody/was/ever/here")
    assert [scrape(port, token)[0] for token in (None, "", "wrong", TOKEN + "x")] == [401] * 4
    status, text = scrape(port, TOKEN)
    assert status == 200
    route = re.escape("/@<str:handle>")
    counted = [
        float(n) for n in re.findall(rf'^kring_http_requests_total{{.*route="{route}".*}} (\S+)$',
                                     text, re.MULTILINE)
    ]  # fmt: skip
    assert sum(counted) == 30
    assert value(text, rf'kring_http_request_seconds_count{{route="{route}"}}') == 30
    assert value(text, "kring_database_up") == 1
    assert value(text, "kring_disk_free_bytes") > 0
    assert value(text, "kring_worker_silent_seconds") < 60
    assert value(text, "kring_deliveries_given_up") == 0
    names = [name for (name,) in ask(kring, "SELECT handle FROM members_identity")]
    assert names
    assert not any(name in text for name in [*names, "nobody/was", "town.example"])


@pytest.mark.django_db
def test_without_a_token_there_is_no_such_page(client):
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": f"Bearer {TOKEN}"}):
        assert client.get("/metrics", headers=headers).status_code == 404


def test_a_token_that_can_be_guessed_is_refused(tmp_path):
    kring = Kring(tmp_path / "data")
    ended = kring.run("doctor", KRING_METRICS_TOKEN="short")
    assert ended.returncode == 2
    assert ended.stderr == "KRING_METRICS_TOKEN needs 20 characters or more.\n"
