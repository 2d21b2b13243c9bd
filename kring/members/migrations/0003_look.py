from django.contrib.auth.hashers import make_password
from django.db import migrations, models

AT_ONCE = 500


def take_back_passwords(apps, schema_editor):
    """Passwords of accounts whose address nobody confirmed yet: whoever confirms it chooses one."""
    accounts = apps.get_model("members", "Account").objects.exclude(asked_name="")
    waiting = accounts.exclude(password__startswith="!").values_list("pk", flat=True)
    while ids := list(waiting.order_by("pk")[:AT_ONCE]):
        for pk in ids:
            accounts.filter(pk=pk).update(password=make_password(None))


class Migration(migrations.Migration):

    dependencies = [("members", "0002_portrait")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="text_size",
            field=models.CharField(
                blank=True,
                choices=[("", "Usual"), ("large", "Larger"), ("largest", "Largest")],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="theme",
            field=models.CharField(
                blank=True,
                choices=[("", "As my device has it"), ("light", "Light"), ("dark", "Dark")],
                default="",
                max_length=8,
            ),
        ),
        migrations.RunPython(take_back_passwords, migrations.RunPython.noop, elidable=True),
    ]
