"""How fast tenants create and delete partitions, behind the wall of all that is theirs."""

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE brokers_partitionmutations ENABLE ROW LEVEL SECURITY;
ALTER TABLE brokers_partitionmutations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON brokers_partitionmutations
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""
NO_WALL = """
DROP POLICY tenant_scope ON brokers_partitionmutations;
ALTER TABLE brokers_partitionmutations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE brokers_partitionmutations DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("brokers", "0007_principals"), ("tenants", "0005_quotas")]

    operations = [
        migrations.CreateModel(
            name="PartitionMutations",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tenants.tenant",
                    ),
                ),
                ("level", models.FloatField()),
                ("at_ms", models.BigIntegerField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
