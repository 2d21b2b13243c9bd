"""What every test shares: ids without a lease, and what it means that something is missing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from kring.core import clock, nodes
from kring.core.ids import IdGenerator
from kring.feed import serving
from kring.feed.log import pages
from tests import settings as test_settings
from tests.processes import Kring, new_postgres_database, postgres_problem, redis_server

NEEDS = ("browser", "postgres", "redis")


@pytest.fixture(scope="session", autouse=True)
def _ids_without_a_lease():
    # A node per test process: pytest-xdist's workers share no database, real processes might.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    nodes.holder.use(IdGenerator(900 + worker, lambda: clock.to_ms(clock.utc_now())))
    yield
    shutil.rmtree(settings.ENV.data, ignore_errors=True)


@pytest.fixture(autouse=True)
def _feed_of_this_test_alone(monkeypatch):
    """The index and the page log live as long as a process; here they live as long as a test.

    Served pages wait until a test flushes them: a thread of its own would share no transaction.
    """
    serving.server.cache_clear()
    pages.forget()
    monkeypatch.setattr(pages, "_writer", object())
    yield
    serving.server.cache_clear()
    pages.forget()


@pytest.fixture(autouse=True)
def _language_of_this_test_alone():
    """A page in Dutch must not leave the next test speaking it."""
    yield
    translation.deactivate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Under CI=true a browser, PostgreSQL or Redis that is missing fails the test it skips."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        needs = [name for name in NEEDS if item.get_closest_marker(name)]
        if needs and not hasattr(report, "wasxfail"):
            report.outcome = "failed"
            report.longrepr = f"CI=true forbids skipping a {needs[0]} test: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL where tests may make databases."""
    problem = postgres_problem(test_settings.POSTGRES_SERVER)
    if problem:
        pytest.skip(f"no PostgreSQL: {problem}")
    return test_settings.POSTGRES_SERVER


@pytest.fixture
def postgres_url(postgres_server) -> Iterator[str]:
    """An empty PostgreSQL database of one's own."""
    with new_postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory) -> Iterator[str]:
    """A Redis to write in: the one of KRING_TEST_REDIS, or one started for this run."""
    if test_settings.REDIS_SERVER:
        yield test_settings.REDIS_SERVER
        return
    if shutil.which("redis-server") is None:
        pytest.skip("no Redis: redis-server is not installed (KRING_TEST_REDIS names another)")
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory) -> Path:
    """A KRING_DATA whose SQLite database is up to date, to be copied."""
    made = Kring(tmp_path_factory.mktemp("migrated") / "data")
    ended = made.run("migrate")
    assert ended.returncode == 0, ended.stderr
    return made.data


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server, tmp_path_factory) -> Iterator[str]:
    """The URL of a PostgreSQL database that is up to date, to be copied."""
    with new_postgres_database(postgres_server) as url:
        made = Kring(tmp_path_factory.mktemp("migrated") / "data", url)
        ended = made.run("migrate")
        assert ended.returncode == 0, ended.stderr
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kring(request, tmp_path) -> Iterator[Kring]:
    """An installation with its database made, for real processes, on each kind of database.

    What a test starts on it ends with the test.
    """
    data = tmp_path / "data"
    with ExitStack() as stack:
        database = ""
        if request.param == "postgres":
            template = request.getfixturevalue("migrated_postgres")
            database = stack.enter_context(new_postgres_database(template, copy_of=template))
            data.mkdir()
        else:
            shutil.copytree(request.getfixturevalue("migrated_folder"), data)
        installation = Kring(data, database)
        stack.callback(installation.stop)
        yield installation


@pytest.fixture
def until():
    """Wait until something is true; fails after `within` seconds."""

    def wait(condition, *, within: float = 20.0, every: float = 0.05):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            answer = condition()
            if answer:
                return answer
            time.sleep(every)
        raise AssertionError(f"not within {within} s")

    return wait
