"""Invitations, behind the same wall as every other row of a tenant."""

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE tenants_invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON tenants_invitation
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""
NO_WALL = """
DROP POLICY tenant_scope ON tenants_invitation;
ALTER TABLE tenants_invitation NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants_invitation DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0013_sealed_scram_verifiers")]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("login", models.CharField(max_length=150)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("developer", "Developer"),
                            ("viewer", "Viewer"),
                        ],
                        max_length=16,
                    ),
                ),
                ("invited_by", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("declined", models.BooleanField(default=False)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["login"], name="invitations_of_login")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "login"), name="one_invitation_of_each"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
