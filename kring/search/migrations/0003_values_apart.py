"""Whole values stand apart from words, and an index tells them of anybody without the rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_trigrams'),
    ]

    operations = [
        migrations.AlterField(
            model_name='posting',
            name='field',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Name'), (1, 'Handle'), (2, 'Skill'), (3, 'Headline'), (4, 'Position'), (5, 'City'), (6, 'Value')]),
        ),
        migrations.AlterField(
            model_name='posting',
            name='identity',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='postings', to='search.document'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['identity', 'field', 'term'], name='posting_of'),
        ),
    ]
