"""Trigrams of words, kept by each database in its own way; see `search/trigrams.py`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, migrations, transaction

WORD = 0
ON_SQLITE = (
    # Without content of its own: only which row has which trigram.
    """CREATE VIRTUAL TABLE search_term_trigrams
       USING fts5(padded, content='', detail=none, columnsize=0, tokenize='trigram')""",
    f"""CREATE TRIGGER search_term_added AFTER INSERT ON search_term WHEN new.kind = {WORD} BEGIN
        INSERT INTO search_term_trigrams (rowid, padded) VALUES (new.id, '  ' || new.key || ' ');
        END""",
    f"""CREATE TRIGGER search_term_gone AFTER DELETE ON search_term WHEN old.kind = {WORD} BEGIN
        INSERT INTO search_term_trigrams (search_term_trigrams, rowid, padded)
        VALUES ('delete', old.id, '  ' || old.key || ' ');
        END""",
)
OFF_SQLITE = (
    "DROP TRIGGER IF EXISTS search_term_added",
    "DROP TRIGGER IF EXISTS search_term_gone",
    "DROP TABLE IF EXISTS search_term_trigrams",
)
ON_POSTGRES = (
    # By code point, as SQLite compares: the beginning of a word is a range of the index.
    'ALTER TABLE search_term ALTER COLUMN key TYPE varchar(100) COLLATE "C"',
    'ALTER TABLE search_document ALTER COLUMN sort_name TYPE varchar(100) COLLATE "C"',
    f"""CREATE INDEX search_term_trigrams ON search_term USING gin (key gin_trgm_ops)
        WHERE kind = {WORD}""",
)
OFF_POSTGRES = ("DROP INDEX IF EXISTS search_term_trigrams",)
MISSING = (
    "People search needs PostgreSQL's extension pg_trgm, and this database's user may not create "
    "it. Have a superuser run in this database: CREATE EXTENSION pg_trgm"
)


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        _make_extension(schema_editor)
        _run(schema_editor, ON_POSTGRES)
    else:
        _run(schema_editor, ON_SQLITE)


def drop(apps: Any, schema_editor: Any) -> None:
    """The extension stays: others may use it."""
    postgres = schema_editor.connection.vendor == "postgresql"
    _run(schema_editor, OFF_POSTGRES if postgres else OFF_SQLITE)


def _make_extension(schema_editor: Any) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm")
    except DatabaseError:
        raise ImproperlyConfigured(MISSING) from None


def _run(schema_editor: Any, statements: tuple[str, ...]) -> None:
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(make, drop)]
