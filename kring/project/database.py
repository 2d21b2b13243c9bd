"""Brings the database to this release, however many processes ask for it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from kring.core.errors import Conflict
from kring.members.second_steps import seal_all
from kring.project import locks, restored

# Any fixed number: PostgreSQL's advisory locks share one space per database.
ADVISORY_LOCK = 5_746_401


def pending_migrations() -> list[str]:
    """Names of migrations this release has and the database has not."""
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    return [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(targets)]


def known_migrations() -> set[str]:
    """Names of all migrations this release has."""
    loader = MigrationLoader(None)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}


def unknown_migrations() -> list[str]:
    """Names of migrations of ours that the database has and this release has not."""
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("kring.")}
    return sorted(name for name in applied - known_migrations() if name.partition(".")[0] in ours)


def prepare() -> list[str]:
    """Apply what is pending, make the cache's table, seal anew what an earlier key sealed, and
    finish a restore.

    Returns the names of the migrations that were applied. Raises Conflict for a database that a
    later release has brought further: this one cannot know what it would do to it.
    """
    with _alone():
        if later := unknown_migrations():
            raise Conflict(
                f"The database is newer than this release ({later[-1]}). Install the release that "
                "made it, or restore a backup of before."
            )
        pending = pending_migrations()
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
        if "cache" in connections:
            call_command("createcachetable", database="cache", verbosity=0)
        if settings.ENV.secret_key_before:
            seal_all(Authenticator.objects.all())
        restored.finish()
    return pending


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: on this machine by a file, across machines by the database."""
    with locks.held(settings.ENV.data / "migrate.lock", wait=True):
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
