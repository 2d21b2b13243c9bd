"""Loads an LDBC Social Network Benchmark graph as a community.

Persons, what they know, studied and worked at become identities, connections and profile
sections; posts, comments and likes become ours, everything public. Original ids stand in
`external_id` as `ldbc:<id>` (organisations: `ldbc-org:<id>`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from kring.archive import store
from kring.archive.ldbc.messages import MessageLoader
from kring.archive.ldbc.people import PeopleLoader
from kring.archive.ldbc.tables import Tables
from kring.archive.rows import check_tables
from kring.archive.store import Progress, Run
from kring.core.errors import Invalid

SAMPLE = "ldbc"
NAME = "LDBC"


def check(folder: Path) -> Tables:
    """The files of `folder`, all readable. Raises Invalid when it is not LDBC data."""
    tables = Tables(folder)
    if folder.is_dir() and not (folder / "dynamic").is_dir():
        raise Invalid(_("%(path)s is not LDBC data: it has no folder dynamic.") % {"path": folder})
    check_tables(folder, tables.all())
    return tables


def import_ldbc(folder: Path, *, now: datetime, progress: Progress, force: bool = False) -> Run:
    """Import `folder` (with `dynamic/` and `static/`); a second time adds nothing.

    Raises Invalid, before anything is written, when files are missing or are not LDBC's, and
    Conflict when other people's data is here and `force` is not given.
    """
    tables = check(folder)
    store.begin(sample=SAMPLE, name=NAME, force=force)
    run = Run(progress)
    people = PeopleLoader(run, tables)
    people.load()
    MessageLoader(run, tables, people).load()
    store.finish(source=SAMPLE, now=now)
    return run
