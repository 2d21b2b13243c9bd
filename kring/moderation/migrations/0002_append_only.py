"""Triggers that refuse to change or delete an entry of the audit log, whoever asks.

SQLite's "insert or replace" deletes without firing a trigger of deletion, so an insert that would
replace is refused as well. A later migration that makes SQLite rebuild the table has to make its
triggers anew. PostgreSQL lets an empty table be truncated, which is what a test suite does.
"""

from django.db import migrations

TABLE = "moderation_auditentry"
SAYS = "the audit log is append-only"
SQLITE = [
    f"CREATE TRIGGER audit_keeps BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END".replace("audit_keeps", f"audit_no_{verb.lower()}")
    for verb in ("UPDATE", "DELETE")
] + [
    f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON {TABLE} "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR hash = NEW.hash "
    f"OR previous = NEW.previous) "
    f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
]
POSTGRES = [
    f"CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE FUNCTION audit_refuses_to_empty() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN IF EXISTS (SELECT 1 FROM {TABLE}) THEN RAISE EXCEPTION '{SAYS}' "
    f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$",
    f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses_to_empty()",
]
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS audit_no_{what}" for what in ("update", "delete", "replace")
    ],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
        f"DROP TRIGGER IF EXISTS audit_no_truncate ON {TABLE}",
        "DROP FUNCTION IF EXISTS audit_refuses()",
        "DROP FUNCTION IF EXISTS audit_refuses_to_empty()",
    ],
}


def guard(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRES}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
