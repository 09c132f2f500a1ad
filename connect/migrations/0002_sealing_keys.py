"""With which key connectors' secrets are sealed, and which keys each worker can open them with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connect", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealingState",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("key", models.CharField(default="", max_length=8)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_sealing_state"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="connectworker",
            name="opens",
            field=models.JSONField(default=list),
        ),
    ]
