"""Organisations have a term in common, by which they are told from people."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0003_values_apart'),
    ]

    operations = [
        migrations.AlterField(
            model_name='term',
            name='kind',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Word'), (1, 'Name'), (2, 'Skill'), (3, 'Company'), (4, 'City'), (5, 'Language'), (6, 'Organisation')]),
        ),
    ]
