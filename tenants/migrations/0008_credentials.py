"""Limits, use and rotation of API keys; SCRAM users, behind the same wall as every other row."""

import django.db.models.deletion
from django.db import migrations, models

WALL = """
ALTER TABLE tenants_scramuser ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_scramuser FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON tenants_scramuser
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""
NO_WALL = """
DROP POLICY tenant_scope ON tenants_scramuser;
ALTER TABLE tenants_scramuser NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants_scramuser DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_usage")]

    operations = [
        migrations.AddField("apikey", "restriction", models.JSONField(null=True)),
        migrations.AddField("apikey", "description", models.CharField(default="", max_length=200)),
        migrations.AddField("apikey", "replaces", models.CharField(max_length=16, null=True)),
        migrations.AddField("apikey", "last_used_at", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "last_used_from", models.CharField(max_length=45, null=True)),
        migrations.CreateModel(
            name="ScramUser",
            fields=[
                (
                    "service_account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="scram_user",
                        serialize=False,
                        to="tenants.serviceaccount",
                    ),
                ),
                ("verifiers", models.JSONField()),
                ("created_by", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scram_users",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant"], name="scram_users_of")],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
