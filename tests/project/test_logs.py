"""What really stands in the log: a process writes, and its stderr is read."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from kring.project.logs import LONGEST, redact
from tests.processes import ROOT, plain_environ

WRITE = """
import logging, structlog
from kring.project.logs import configure
configure(level="info", as_json=%r)
log = structlog.get_logger("kring.test")
log.info("signed in", password="hunter2", form={"new_password": "hunter2", "csrf_token": "hunter2"})
log.info("posted", text="hunter2", route="/posts", ms=3)
log.debug("hunter2")
plain = logging.getLogger("allauth.account")
plain.warning("Not Found: %%s", "/accounts/password/reset/key/hunter2-abc/")
plain.warning("Not Found: %%s", "/accounts/confirm-email/hunter2/")
plain.error("cannot reach redis://:hunter2@cache.example:6379/0 or postgres://ada:hunter2@db/kring")
plain.error("Key (email)=(hunter2@example.com) already exists")
try:
    raise ValueError("Dear Ada, hunter2")
except ValueError:
    plain.exception("Internal Server Error: /posts")
    log.exception("failed")
"""


def written(*, as_json: bool) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", WRITE % as_json],
        env=plain_environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_and_no_private_word_reaches_the_log(as_json):
    text = written(as_json=as_json)
    assert "hunter2" not in text
    assert "Dear Ada" not in text
    assert "ValueError" in text


def test_each_line_is_one_object_with_its_level_place_and_time():
    lines = [json.loads(line) for line in written(as_json=True).splitlines()]
    assert len(lines) == 8
    assert {line["level"] for line in lines} == {"info", "warning", "error"}
    assert {line["logger"] for line in lines} == {"kring.test", "allauth.account"}
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[1]["route"] == "/posts"
    assert lines[-1]["exception"] == "ValueError"
    assert lines[-1]["frames"][-1].startswith("<string>:")


def test_harmless_fields_stay():
    entry = {"event": "text of a key", "route": "/x", "ms": 1, "client": "a", "textual": "b"}
    assert redact(None, "", dict(entry)) == entry


# What a page's handler raises, and a host nobody knows, told by Django itself.
ASK = """
import django
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
def broken(request):
    raise ValueError("hunter2")
from django.urls import get_resolver
health_route = next(one for one in get_resolver().url_patterns if str(one.pattern) == "health")
client.get("/@hunter2-%C3%A9/")
client.get("/health", headers={"host": "hunter2.example"})
Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"}).post(
    "/accounts/login/", {"login": "hunter2"}, headers={"origin": "https://hunter2.example"}
)
health_route.callback = broken
client.get("/health?hunter2")
"""


def test_django_tells_no_path_and_no_host(migrated_folder):
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        env=plain_environ(
            KRING_DATA=str(migrated_folder), DJANGO_SETTINGS_MODULE="kring.project.settings"
        ),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr
    assert "hunter2" not in asked.stderr
    lines = [json.loads(line) for line in asked.stderr.splitlines()]
    told = [line["event"] for line in lines if line["logger"].startswith("django")]
    assert told == [
        "A request was refused: it asked for a host that is not this Kring's.",
        "403 (csrf): /accounts/login/",
        "500 (request): /health",
    ]
    levels = [line["level"] for line in lines if line["logger"].startswith("django")]
    assert levels == ["warning", "warning", "error"]
    assert lines[-2]["exception"] == "ValueError"


def cost(entry: dict) -> float:
    """CPU seconds of the cheapest of some runs."""
    taken = []
    for _ in range(5):
        started = time.thread_time()
        redact(None, "", dict(entry))
        taken.append(time.thread_time() - started)
    return min(taken)


@pytest.mark.parametrize("unit", ["a", "a://", "a@", "://a:", "a.b+", "/reset/key/", "a ", "é"])
def test_long_words_cost_no_more_than_their_length(unit, monkeypatch):
    monkeypatch.setattr("kring.project.logs.LONGEST", 1_000_000)
    short, long = (cost({"event": unit * (size // len(unit))}) for size in (20_000, 40_000))
    assert long < 3 * short + 0.001


def test_a_long_string_is_cut_between_words():
    told = redact(None, "", {"event": "word " * 300 + "redis://:" + "hunter2" * 10_000})["event"]
    assert len(told) <= LONGEST
    assert "hunter2" not in told
    assert told.startswith("word word")
