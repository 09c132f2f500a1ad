"""Usage by hour and day, by tenant, principal and topic; the days that were counted stay."""

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE tenants_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON tenants_usage
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""

# Hours are forgotten in the order in which they came to be.
BY_AGE = "CREATE INDEX usage_by_age ON tenants_usage USING brin (start)"

TAKE_OVER = """
SELECT set_config('headwater.scope', 'system', true);
INSERT INTO tenants_usage (
    tenant_id, by, step, start, name, records_in, bytes_in, bytes_out, requests,
    stored_bytes_max, partitions_max
)
SELECT tenant_id, 'tenant', 'day', day::timestamp AT TIME ZONE 'UTC', '', records_in, bytes_in,
    bytes_out, 0, stored_bytes_max, partitions_max
FROM tenants_tenantusage;
SELECT set_config('headwater.scope', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_audit_origin")]

    operations = [
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by", models.CharField(max_length=9)),
                ("step", models.CharField(max_length=4)),
                ("start", models.DateTimeField()),
                ("name", models.CharField(blank=True, max_length=300)),
                ("records_in", models.BigIntegerField(default=0)),
                ("bytes_in", models.BigIntegerField(default=0)),
                ("bytes_out", models.BigIntegerField(default=0)),
                ("requests", models.BigIntegerField(default=0)),
                ("stored_bytes_max", models.BigIntegerField(default=0)),
                ("partitions_max", models.PositiveIntegerField(default=0)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "by", "step", "start", "name"), name="usage_of_time"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        migrations.RunSQL(BY_AGE, migrations.RunSQL.noop),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
        migrations.DeleteModel("TenantUsage"),
    ]
