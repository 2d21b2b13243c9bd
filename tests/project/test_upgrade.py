"""A community of an earlier release goes on with this one, with all it had."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.jobs.test_killed_workers import ask, count
from tests.processes import Kring
from tests.project.ground_floor import PEOPLE, SECRET

pytestmark = pytest.mark.process

# As it was written to disk then, so that a migration which is changed afterwards is found out.
DUMP = Path(__file__).with_name("ground_floor.sql")
WORDS = ("First words 0", "An answer to 0", "Person 1", "Archivist", "Old Hall", "Ground floor")


@pytest.fixture
def earlier(kring, request) -> Kring:
    """The same installation with the database of then."""
    if kring.database:
        kring.database = request.getfixturevalue("postgres_url")
    else:
        shutil.rmtree(kring.data)
        kring.data.mkdir()
    return kring


def begin(earlier: Kring) -> None:
    made = earlier.run_module("tests.project.ground_floor")
    assert made.returncode == 0, made.stderr


def goes_on(earlier: Kring) -> None:
    """Upgrade, walk, and look into the tables."""
    behind = earlier.run("migrate", "--check")
    assert behind.returncode == 1
    upgraded = earlier.run("migrate")
    assert upgraded.returncode == 0, upgraded.stderr
    assert "Applied" in upgraded.stderr
    walked = earlier.run_module(
        "tests.project.walk", "person0@ground.example", *WORDS, KRING_LOG_LEVEL="error"
    )
    assert walked.returncode == 0, walked.stderr
    told = json.loads(walked.stdout)
    odd = {path: status for path, status in told["statuses"].items() if status not in (200, 303)}
    assert odd == {}
    assert told["missing"] == []
    assert count(earlier, "SELECT count(*) FROM members_identity") == PEOPLE
    assert count(earlier, "SELECT count(*) FROM posts_post") == 2 * PEOPLE + 2
    assert count(earlier, "SELECT count(*) FROM network_connection") == 2 * (PEOPLE - 1)
    assert count(earlier, "SELECT count(*) FROM feed_loggedact WHERE kind = 'PostRead'") == PEOPLE
    sealed = str(ask(earlier, "SELECT data FROM mfa_authenticator"))
    assert SECRET not in sealed
    findings = {
        one["check"]: one for one in json.loads(earlier.run("doctor", "--json").stdout)["findings"]
    }
    assert findings["migrations"]["state"] == "well"
    assert findings["second_steps"]["state"] == "well"


def test_the_first_state_of_the_database_comes_up_to_this_release(earlier):
    begin(earlier)
    goes_on(earlier)


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_a_database_as_it_was_kept_comes_up_to_this_release(earlier):
    with closing(sqlite3.connect(earlier.data / "kring.db")) as link:
        link.executescript(DUMP.read_text())
    goes_on(earlier)


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_a_release_that_is_older_than_the_database_is_refused(kring):
    """Going back is by a backup, never by an old release on a new database."""
    with closing(sqlite3.connect(kring.data / "kring.db")) as link, link:
        link.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('posts', '9999_later', '2026-11-22 12:00:00')"
        )
    for command in (["migrate"], ["serve", "--port", "1"], ["worker"]):
        ended = kring.run(*command)
        assert ended.returncode == 2, ended.stderr
        assert "newer than this release" in ended.stderr
        assert "posts.9999_later" in ended.stderr
