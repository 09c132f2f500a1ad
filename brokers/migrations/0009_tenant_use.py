"""What tenants hold of each broker, behind the same wall as all that is tenants'."""

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE brokers_tenantuse ENABLE ROW LEVEL SECURITY;
ALTER TABLE brokers_tenantuse FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON brokers_tenantuse
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
ALTER TABLE brokers_tenantuse SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
"""


class Migration(migrations.Migration):
    dependencies = [("brokers", "0008_partition_mutations"), ("tenants", "0003_usage")]

    operations = [
        migrations.CreateModel(
            name="TenantUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("broker_id", models.PositiveIntegerField()),
                ("incarnation", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("connections", models.PositiveIntegerField()),
                ("groups", models.PositiveIntegerField()),
                ("busy_ms", models.BigIntegerField()),
                ("busy_percent", models.FloatField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "broker_id"), name="use_of_broker"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
