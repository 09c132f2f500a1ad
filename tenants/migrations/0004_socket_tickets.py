"""Tickets for websockets, behind the same wall as every other row of a tenant."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WALL = """
ALTER TABLE tenants_socketticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_socketticket FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON tenants_socketticket
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""
NO_WALL = """
DROP POLICY tenant_scope ON tenants_socketticket;
ALTER TABLE tenants_socketticket NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants_socketticket DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_usage")]

    operations = [
        migrations.CreateModel(
            name="SocketTicket",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("session_key", models.CharField(default="", max_length=40)),
                ("expires_at", models.DateTimeField()),
                (
                    "api_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.apikey",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "expires_at"], name="tickets_of")
                ],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
