"""What every test shares: ids without a lease, and what it means that something is missing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from kring.core import clock, nodes
from kring.core.ids import IdGenerator
from kring.feed import serving
from kring.feed.log import pages
from kring.media import files
from kring.posts.kept import kept_cards
from kring.project import locks
from tests import settings as test_settings
from tests.processes import (
    Kring,
    create_postgres_database,
    drop_postgres_database,
    new_postgres_database,
    postgres_problem,
    redis_server,
)

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("kring", deadline=None)
hypothesis.settings.load_profile("kring")

NEEDS = ("browser", "postgres", "redis")
MIGRATED_POSTGRES, POSTGRES_URL = "migrated-postgres", "url"


@pytest.fixture(scope="session", autouse=True)
def _ids_without_a_lease():
    # A node per test process: pytest-xdist's workers share no database, real processes might.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    nodes.holder.use(IdGenerator(900 + worker, lambda: clock.to_ms(clock.utc_now())))
    yield
    shutil.rmtree(settings.ENV.data, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _pages_wait_until_a_test_flushes_them():
    """A thread of its own would share no transaction, and keep a connection after the last test.

    For the session: a page that a fixture of a module serves would start it before any test.
    """
    pages._writer = object()


@pytest.fixture(autouse=True)
def _feed_of_this_test_alone():
    """The index and the page log live as long as a process; here they live as long as a test."""
    serving.server.cache_clear()
    pages.forget()
    yield
    serving.server.cache_clear()
    pages.forget()


@pytest.fixture(autouse=True)
def _cards_of_this_test_alone():
    """Kept as long as a process lives; here no longer than the database they are of."""
    kept_cards.cache_clear()
    yield
    kept_cards.cache_clear()


@pytest.fixture
def own_pictures(monkeypatch, tmp_path) -> None:
    """The files of this test's pictures and no other's, as its rows are no other's."""
    monkeypatch.setattr(files, "root", lambda: tmp_path / "media")


@pytest.fixture(autouse=True)
def _language_of_this_test_alone():
    """A page in Dutch must not leave the next test speaking it."""
    yield
    translation.deactivate()


def pytest_collection_modifyitems(config, items):
    """What asks no database answers alike on both: on PostgreSQL it is not run a second time."""
    if connection.vendor != "postgresql":
        return
    asks = [item for item in items if _asks_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in {*asks}])
    items[:] = asks


def _asks_a_database(item) -> bool:
    held = {"db", "transactional_db", "postgres_url", "migrated_postgres"}
    return bool(item.get_closest_marker("django_db") or held & {*getattr(item, "fixturenames", ())})


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
def once(tmp_path_factory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Makes a folder once for all processes of a run: the first to ask fills it.

    Where that fails, all who ask later fail with the same words.
    """
    folder = shared_by_all(tmp_path_factory)

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        unfinished, failed = folder / f"{name}.unfinished", folder / f"{name}.failed"
        with locks.held(folder / f"{name}.lock", wait=True):
            if failed.exists():
                pytest.fail(failed.read_text())
            if not (folder / name).exists():
                unfinished.mkdir()
                try:
                    fill(unfinished)
                except Exception as error:
                    failed.write_text(f"{name} could not be made: {error!r}")
                    raise
                unfinished.rename(folder / name)
        return folder / name

    return made


def shared_by_all(factory: pytest.TempPathFactory) -> Path:
    """Each of pytest-xdist's processes has its folder inside that of the run."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def migrated_folder(once) -> Path:
    """A KRING_DATA whose SQLite database is up to date, to be copied."""
    return once("migrated", lambda folder: migrate(Kring(folder)))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server, once) -> str:
    """The URL of a PostgreSQL database that is up to date, to be copied; dropped after the run."""

    def fill(folder: Path) -> None:
        url = create_postgres_database(postgres_server)
        (folder / POSTGRES_URL).write_text(url)
        migrate(Kring(folder, url))

    return (once(MIGRATED_POSTGRES, fill) / POSTGRES_URL).read_text()


def migrate(made: Kring) -> None:
    ended = made.run("migrate", timeout=300)  # every other test waits for it, on a busy machine too
    assert ended.returncode == 0, ended.stderr


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """What all processes of a run shared, and does not lie in a folder, goes with the last one."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        factory = session.config._tmp_path_factory
        for kept in shared_by_all(factory).glob(f"{MIGRATED_POSTGRES}*/{POSTGRES_URL}"):
            drop_postgres_database(kept.read_text())


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, request) -> Iterator[None]:
    """The database in which most tests run begins as a copy of the one that was migrated."""
    if connection.vendor == "postgresql":
        url = request.getfixturevalue("migrated_postgres")
        connection.settings_dict["TEST"]["TEMPLATE"] = url.rsplit("/", 1)[-1]
        yield
        return
    folder = request.getfixturevalue("migrated_folder")
    # Django's name for it; it lives as long as somebody has it open.
    name = connection.creation._get_test_db_name()
    with (
        closing(sqlite3.connect(name, uri=True)) as memory,
        closing(sqlite3.connect(folder / "kring.db")) as migrated,
    ):
        migrated.backup(memory)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody_left_in_the_database(request) -> Iterator[None]:
    """PostgreSQL drops no database that somebody has open: a test that left a connection is named.

    Its own vacuuming may take longer to leave than a drop waits, so it is asked to.
    """
    if connection.vendor != "postgresql":
        yield
        return
    request.getfixturevalue("django_db_setup")
    yield
    with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
        name = connection.settings_dict["NAME"]
        for _try in range(100):
            cursor.execute(
                "SELECT pid, backend_type, query FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()", [name]
            )  # fmt: skip
            others = cursor.fetchall()
            if not others:
                return
            for pid, kind, _query in others:
                if kind == "autovacuum worker":
                    cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            time.sleep(0.2)
    pytest.fail(f"Still connected to {name}: {others}")


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
