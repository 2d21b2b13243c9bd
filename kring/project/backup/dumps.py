"""The database as one file of one moment, and back: SQLite by VACUUM INTO, PostgreSQL by its tools.

Both are read by other means than Django's connection: a dump is of the file or the server.
"""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from kring.core.errors import Conflict, Invalid
from kring.project.backup.archive import DUMPS, Manifest
from kring.project.env import Postgres

PACKED = 6
WAIT_FOR_LOCK = 60
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
# A virtual table lies in plain ones, which are counted.
PLAIN_TABLES = """
    SELECT name FROM sqlite_master WHERE type = 'table'
    AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1
"""
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1
"""


@contextmanager
def told_plainly() -> Iterator[None]:
    """What the database says is wrong becomes a sentence for whoever asked."""
    try:
        yield
    except (sqlite3.Error, psycopg.Error) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise Invalid(f"The database cannot be used: {lines[0].rstrip('.')}.") from None


@dataclass(frozen=True, slots=True)
class Dump:
    """size: of the database as it will lie on the disk, about."""

    path: Path
    size: int
    migrations: list[str]
    rows: dict[str, int]


def dump_sqlite(database: Path, folder: Path) -> Dump:
    """A copy as of one moment, while others write; what was deleted is not in it any more."""
    if sqlite_is_empty(database):
        raise Invalid("There is nothing to back up: no database has been made here.")
    copy, packed = folder / "kring.db", folder / DUMPS["sqlite"]
    with closing(sqlite3.connect(database, timeout=WAIT_FOR_LOCK)) as source:
        source.execute("VACUUM INTO ?", [str(copy)])
    rows = look_through(copy)
    with closing(sqlite3.connect(copy)) as link:
        migrations = [name for (name,) in link.execute(MIGRATIONS)]
    size = copy.stat().st_size
    with copy.open("rb") as plain, gzip.open(packed, "wb", compresslevel=PACKED) as target:
        shutil.copyfileobj(plain, target, 1 << 20)
    copy.unlink()
    return Dump(packed, size, migrations, rows)


def look_through(database: Path) -> dict[str, int]:
    """How many rows each table of a SQLite file has. Raises Invalid when the file is damaged."""
    with closing(sqlite3.connect(database)) as link:
        if link.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise Invalid("The database is damaged: docs/operations.md says what to do.")
        return _rows_of_sqlite(link)


def _rows_of_sqlite(link: sqlite3.Connection) -> dict[str, int]:
    tables = [name for (name,) in link.execute(PLAIN_TABLES)]
    # Names come from the database's own catalogue; a quote in one is doubled.
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in tables}
    return {
        name: link.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for name, table in quoted.items()
    }


def unpack_sqlite(packed: Path, to: Path, manifest: Manifest) -> None:
    """Raises Invalid unless the file has the size, the health and the rows that the list says."""
    left = manifest.database_size
    try:
        with gzip.open(packed, "rb") as source, to.open("xb") as target:
            while piece := source.read(min(1 << 20, left + 1)):
                left -= len(piece)
                if left < 0:
                    break
                target.write(piece)
    except (OSError, EOFError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        left = -1
    if left:
        raise Invalid("The database in the archive is damaged.")
    if look_through(to) != manifest.rows:
        raise Invalid("The database in the archive has other rows than its list says.")


def sqlite_is_empty(database: Path) -> bool:
    if not database.exists() or not database.stat().st_size:
        return True
    try:
        with closing(sqlite3.connect(database)) as link:
            return not _rows_of_sqlite(link)
    except sqlite3.DatabaseError:
        # Damaged is not empty: somebody may still want to save what is in it.
        return False


def dump_postgres(server: Postgres, folder: Path) -> Dump:
    """pg_dump and our own counting see one snapshot, which a transaction of ours keeps."""
    target = folder / DUMPS["postgresql"]
    with _connected(server) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        link.read_only = True
        snapshot = _one(link, "SELECT pg_export_snapshot()")
        size = _one(link, "SELECT pg_database_size(current_database())")
        migrations = [name for (name,) in link.execute(MIGRATIONS)]
        rows = _rows_of_postgres(link)
        _run(server, "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
             "--no-password", f"--snapshot={snapshot}", f"--file={target}")  # fmt: skip
    return Dump(target, int(str(size)), migrations, rows)


def load_postgres(server: Postgres, dump: Path, manifest: Manifest) -> None:
    """All of it or nothing, into a database that has no tables."""
    _run(server, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
         "--no-privileges", "--no-comments", "--no-password", f"--dbname={server.name}",
         str(dump))  # fmt: skip
    with _connected(server) as link:
        found = _rows_of_postgres(link)
    if found != manifest.rows:
        raise Conflict(
            "PostgreSQL has other rows than the archive's list says: do not use this database."
        )


def postgres_is_empty(server: Postgres) -> bool:
    with _connected(server) as link:
        return not link.execute(TABLES).fetchall()


def _rows_of_postgres(link: psycopg.Connection) -> dict[str, int]:
    count = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: int(str(_one(link, count.format(sql.Identifier(name)))))
        for (name,) in link.execute(TABLES).fetchall()
    }


def _one(link: psycopg.Connection, question: str | sql.Composed) -> object:
    row = link.execute(question).fetchone()
    return row[0] if row else None


def _connected(server: Postgres) -> psycopg.Connection:
    return psycopg.connect(
        host=server.host, port=server.port, user=server.user, password=server.password,
        dbname=server.name, connect_timeout=10,
    )  # fmt: skip


def _run(server: Postgres, program: str, *options: str) -> None:
    """Raises Invalid with the program's last words. Whom to reach, and the password, it reads from
    its environment: a command line is for everybody on the machine to read."""
    found = shutil.which(program)
    if found is None:
        raise Invalid(
            f"{program} is not installed. On Debian: sudo apt-get install postgresql-client"
        )
    environ = {
        **os.environ, "PGHOST": server.host, "PGPORT": str(server.port), "PGUSER": server.user,
        "PGPASSWORD": server.password, "PGDATABASE": server.name, "LC_ALL": "C",
    }  # fmt: skip
    command: list[str] = [found, *options]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603  (our own words)
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or [f"{program}: failed"]
        telling = next((line for line in lines if "error" in line), lines[-1])
        raise Invalid(f"{telling.strip().rstrip('.')}.")
