"""Secrets of apps and seeds of recovery codes, sealed. Batched; may be stopped and run again."""

from django.db import migrations

from kring.members.second_steps import seal_all, unseal_all


def seal(apps, schema_editor):
    seal_all(apps.get_model("mfa", "Authenticator").objects)


def unseal(apps, schema_editor):
    unseal_all(apps.get_model("mfa", "Authenticator").objects)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0006_community_face"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal, unseal)]
