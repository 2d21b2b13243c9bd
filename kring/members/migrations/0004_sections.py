import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("members", "0003_look")]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="hide_from_search_engines",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="SectionAudience",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("card", "Name, photo and headline"),
                            ("personal", "City and pronouns"),
                            ("about", "About"),
                            ("use", "What I use the network for"),
                            ("positions", "Positions"),
                            ("education", "Education"),
                            ("skills", "Skills"),
                            ("languages", "Languages"),
                            ("links", "Elsewhere"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "shown_to",
                    models.CharField(
                        choices=[
                            ("public", "Everyone on the web"),
                            ("members", "Members"),
                            ("connections", "My connections"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="section_audiences",
                        to="members.identity",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("identity", "section"), name="section_audience_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("section", "card"), ("shown_to", "connections"), _negated=True
                        ),
                        name="every_member_sees_a_name",
                    ),
                ],
            },
        ),
    ]
