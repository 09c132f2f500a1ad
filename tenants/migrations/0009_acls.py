"""Access control lists, behind the same wall as every other row of a tenant.

Service accounts that are there already may do by them what they could do before.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE tenants_acl ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_acl FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON tenants_acl
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""
NO_WALL = """
DROP POLICY tenant_scope ON tenants_acl;
ALTER TABLE tenants_acl NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants_acl DISABLE ROW LEVEL SECURITY;
"""

# The preset "records" as it was when this was written.
RECORDS = """
INSERT INTO tenants_acl (id, tenant_id, principal, host, resource_type, pattern_type,
                         resource_name, operation, permission, created_at)
SELECT gen_random_uuid(), account.tenant_id, 'User:' || account.name, '*', wanted.resource_type,
       'literal', wanted.resource_name, wanted.operation, 'allow', now()
  FROM tenants_serviceaccount account
 CROSS JOIN (VALUES
        ('topic', '*', 'read'), ('topic', '*', 'write'), ('topic', '*', 'describe_configs'),
        ('group', '*', 'read'), ('group', '*', 'delete'), ('transactional_id', '*', 'write'),
        ('cluster', 'kafka-cluster', 'idempotent_write')
       ) AS wanted (resource_type, resource_name, operation);
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_credentials")]

    operations = [
        migrations.CreateModel(
            name="Acl",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("principal", models.CharField(max_length=200)),
                ("host", models.CharField(max_length=64)),
                ("resource_type", models.CharField(max_length=16)),
                ("pattern_type", models.CharField(max_length=8)),
                ("resource_name", models.CharField(max_length=249)),
                ("operation", models.CharField(max_length=16)),
                ("permission", models.CharField(max_length=5)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="acls",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "tenant", "principal", "host", "resource_type", "pattern_type",
                            "resource_name", "operation", "permission",
                        ),
                        name="one_acl_of_each",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            [
                "SELECT set_config('headwater.scope', 'system', true)",
                RECORDS,
                "SELECT set_config('headwater.scope', '', true)",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
