"""What really stands in the log: a process writes, and its stderr is read."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kring.project.logs import redact
from tests.processes import ROOT, plain_environ

WRITE = """
import logging, structlog
from kring.project.logs import configure
configure(level="info", as_json=%r)
log = structlog.get_logger("kring.test")
log.info("signed in", password="hunter2", form={"new_password": "hunter2", "csrf_token": "hunter2"})
log.info("posted", text="hunter2", route="/posts", ms=3)
log.debug("hunter2")
plain = logging.getLogger("django.request")
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
    assert {line["logger"] for line in lines} == {"kring.test", "django.request"}
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[1]["route"] == "/posts"
    assert lines[-1]["exception"] == "ValueError"
    assert lines[-1]["frames"][-1].startswith("<string>:")


def test_harmless_fields_stay():
    entry = {"event": "text of a key", "route": "/x", "ms": 1, "client": "a", "textual": "b"}
    assert redact(None, "", dict(entry)) == entry
