"""What a database that was restored from the past is rebuilt from, and the halt until then."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brokers", "0003_replication"),
    ]

    operations = [
        migrations.CreateModel(
            name="ControlState",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("generation", models.PositiveIntegerField(default=0)),
                ("halted_at", models.DateTimeField(null=True)),
                ("halted_by", models.CharField(default="", max_length=200)),
                ("reason", models.CharField(default="", max_length=1000)),
                ("number", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_control_state"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ForgottenBroker",
            fields=[
                ("id", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("generation", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ReplicaReportRow",
            fields=[
                ("id", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("incarnation", models.BigIntegerField()),
                ("is_clean", models.BooleanField()),
                ("registration", models.JSONField()),
                ("partitions", models.JSONField()),
                ("topics", models.JSONField()),
                (
                    "reported_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO brokers_controlstate (id, generation, halted_by, reason, number)"
            " VALUES (1, 0, '', '', 0)",
            migrations.RunSQL.noop,
        ),
    ]
