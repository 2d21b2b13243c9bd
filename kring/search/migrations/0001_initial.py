
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('identity', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.identity')),
                ('sort_name', models.CharField(max_length=100)),
                ('version', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['version'], name='document_version')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.PositiveSmallIntegerField(choices=[(0, 'Word'), (1, 'Name'), (2, 'Skill'), (3, 'Company'), (4, 'City'), (5, 'Language')])),
                ('key', models.CharField(max_length=100)),
                ('label', models.CharField(blank=True, default='', max_length=160)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='term_once')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.PositiveSmallIntegerField(choices=[(0, 'Name'), (1, 'Handle'), (2, 'Skill'), (3, 'Headline'), (4, 'Position'), (5, 'City'), (6, 'Language')])),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postings', to='search.document')),
                ('term', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='postings', to='search.term')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('term', 'identity', 'field'), name='posting_once')],
            },
        ),
    ]
