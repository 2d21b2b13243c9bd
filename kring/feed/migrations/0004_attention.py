from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0003_steering'),
    ]

    operations = [
        migrations.CreateModel(
            name='SeenPage',
            fields=[
                ('page_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('viewer', models.BigIntegerField()),
                ('changed_ms', models.BigIntegerField()),
                ('record', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(fields=['viewer', 'changed_ms'], name='seen_by_viewer')],
            },
        ),
        migrations.CreateModel(
            name='ReadPost',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('viewer', models.BigIntegerField()),
                ('post_id', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('viewer', 'post_id'), name='read_once')],
            },
        ),
    ]
