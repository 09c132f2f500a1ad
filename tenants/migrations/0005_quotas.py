"""Plans, limits and client quotas; a tenant's limit of partitions becomes one limit among others."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

OWNED = ("tenants_tenantlimit", "tenants_clientquota")


def _wall(table):
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON {table}
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""


def _no_wall(table):
    return f"""
DROP POLICY tenant_scope ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


# 2,000 was every tenant's limit before, and is the standard plan's.
KEEP_PARTITION_LIMITS = """
SELECT set_config('headwater.scope', 'system', true);
INSERT INTO tenants_tenantlimit (tenant_id, name, value)
    SELECT id, 'partitions', partition_limit FROM tenants_tenant
    WHERE partition_limit BETWEEN 1 AND 1999 OR partition_limit > 2000;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_socket_tickets")]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("name", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("limits", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="TenantLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("value", models.BigIntegerField()),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limits",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "name"), name="one_limit_of_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", 0)), name="limit_above_zero"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientQuota",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entity", models.JSONField()),
                ("values", models.JSONField()),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="client_quotas",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "entity"), name="one_quota_of_an_entity"
                    )
                ],
            },
        ),
        *(migrations.RunSQL(_wall(table), _no_wall(table)) for table in OWNED),
        migrations.AddField(
            "tenant", "plan", models.CharField(default="standard", max_length=63)
        ),
        migrations.RunSQL(KEEP_PARTITION_LIMITS, migrations.RunSQL.noop),
        migrations.RemoveField("tenant", "partition_limit"),
    ]
