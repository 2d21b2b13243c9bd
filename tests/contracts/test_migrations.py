"""A database can be brought on from any earlier state, and loses nothing that is still used."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from django.db.migrations import Migration
from django.db.migrations import operations as op
from django.db.migrations.loader import MigrationLoader

# What takes something away, in a release after the one that stopped using it: app, migration,
# what, and since when nothing uses it. Django's renames are for no release: a name that is used
# is not there for whoever still runs.
CONTRACTED: dict[tuple[str, str], str] = {}
TAKING = (op.RemoveField, op.DeleteModel, op.RenameField, op.RenameModel, op.AlterModelTable)


def ours() -> dict[tuple[str, str], Migration]:
    loader = MigrationLoader(None)
    return {
        key: migration
        for key, migration in sorted(loader.disk_migrations.items())
        if migration.__module__.startswith("kring.")
    }


MIGRATIONS = ours()


def test_each_app_has_one_line_of_migrations():
    assert len(MIGRATIONS) > 20
    for app in {app for app, _name in MIGRATIONS}:
        line = [name for one, name in MIGRATIONS if one == app]
        assert [name[:4] for name in line] == [f"{n:04}" for n in range(1, len(line) + 1)]
        for before, name in pairwise(line):
            within = [to for to in MIGRATIONS[app, name].dependencies if to[0] == app]
            assert within == [(app, before)]


@pytest.mark.parametrize("key", MIGRATIONS, ids=".".join)
def test_nothing_is_taken_away_that_the_release_before_may_use(key):
    """And the rows there are get what a new column needs."""
    migration = MIGRATIONS[key]
    first = [made.name_lower for made in migration.operations if isinstance(made, op.CreateModel)]
    for step in migration.operations:
        if isinstance(step, TAKING):
            assert key in CONTRACTED, f"{'.'.join(key)}: {step.describe()}"
        if isinstance(step, op.AddField) and step.model_name_lower not in first:
            field = step.field
            may_be_left_out = field.null or field.has_default() or field.many_to_many
            assert may_be_left_out or field.empty_strings_allowed, f"{key}: {step.describe()}"


@pytest.mark.parametrize("key", MIGRATIONS, ids=".".join)
def test_every_migration_can_be_taken_back(key):
    assert [step.describe() for step in MIGRATIONS[key].operations if not step.reversible] == []


def test_what_was_contracted_is_there():
    assert Counter(CONTRACTED.keys() - MIGRATIONS.keys()) == Counter()
