import django.db.models.deletion
from django.db import migrations, models

TABLE = "streaming_idempotentrequest"

WALL = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON {TABLE}
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tenants", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("principal", models.TextField()),
                ("key", models.TextField()),
                ("fingerprint", models.BinaryField()),
                ("plan", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField()),
                ("status", models.IntegerField(null=True)),
                ("answer", models.BinaryField(null=True)),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant")),
            ],
            options={
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["created_at"], name="idempotent_requests_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "principal", "key"), name="idempotency_key_of_principal"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            WALL,
            f"DROP POLICY tenant_scope ON {TABLE};"
            f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY;"
            f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
        ),
    ]
