"""What replication adds to partitions and brokers, and a wall around who may be in sync or lead."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Whatever code gets wrong, a replica that is not one can neither be in sync nor lead.
MEMBERSHIP = """
ALTER TABLE brokers_partition ADD CONSTRAINT partition_membership CHECK (
    isr <@ replicas AND eligible_leaders <@ replicas AND NOT isr && eligible_leaders
    AND adding <@ replicas AND removing <@ replicas
    AND (leader IS NULL OR leader = ANY (isr))
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("brokers", "0002_walls"),
        ("tenants", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="broker",
            name="draining",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="partition",
            name="adding",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="partition",
            name="removing",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="partition",
            index=models.Index(
                condition=models.Q(
                    ("adding", []), ("leader__isnull", False), ("removing", []), _negated=True
                ),
                fields=["topic", "index"],
                name="partitions_to_mend",
            ),
        ),
        migrations.CreateModel(
            name="RemovedBroker",
            fields=[
                ("id", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("incarnation", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(
            MEMBERSHIP, "ALTER TABLE brokers_partition DROP CONSTRAINT partition_membership"
        ),
    ]
