"""What brokers count of each principal, behind the same wall as all that is tenants'."""

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE brokers_principalfigures ENABLE ROW LEVEL SECURITY;
ALTER TABLE brokers_principalfigures FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON brokers_principalfigures
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
ALTER TABLE brokers_principalfigures
    SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
"""

COUNTS = ("records_in", "bytes_in", "bytes_out", "requests")


class Migration(migrations.Migration):
    dependencies = [("brokers", "0006_figures"), ("tenants", "0003_usage")]

    operations = [
        migrations.CreateModel(
            name="PrincipalFigures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("principal", models.CharField(blank=True, max_length=300)),
                ("broker_id", models.PositiveIntegerField()),
                ("incarnation", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                *((name, models.BigIntegerField()) for name in COUNTS),
                *((f"{name}_metered", models.BigIntegerField(default=0)) for name in COUNTS),
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
                        fields=("tenant", "principal", "broker_id", "incarnation"),
                        name="figures_of_principal",
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
