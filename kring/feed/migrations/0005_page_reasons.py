from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0004_attention'),
    ]

    operations = [
        migrations.CreateModel(
            name='PageReasons',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('viewer', models.BigIntegerField()),
                ('record', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(fields=['viewer'], name='reasons_by_viewer')],
            },
        ),
    ]
