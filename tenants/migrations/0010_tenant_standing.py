"""When a tenant was suspended, is to be purged and was purged; and references that stay inside."""

from django.db import migrations, models

SUSPENDED = """
SELECT set_config('headwater.scope', 'system', true);
UPDATE tenants_tenant SET suspended_at = now() WHERE NOT active;
SELECT set_config('headwater.scope', '', true);
"""

# Referential integrity looks past row-level security, so the key itself carries the tenant.
SAME_TENANT = """
ALTER TABLE tenants_apikey ADD CONSTRAINT key_of_tenant UNIQUE (key_id, tenant_id);
ALTER TABLE tenants_socketticket
    ADD CONSTRAINT ticket_and_key_of_one_tenant FOREIGN KEY (api_key_id, tenant_id)
    REFERENCES tenants_apikey (key_id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE tenants_scramuser
    ADD CONSTRAINT scram_user_and_account_of_one_tenant FOREIGN KEY (service_account_id, tenant_id)
    REFERENCES tenants_serviceaccount (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_acls")]

    operations = [
        *(
            migrations.AddField("tenant", name, models.DateTimeField(null=True))
            for name in ("suspended_at", "delete_after", "purged_at")
        ),
        migrations.RunSQL(SUSPENDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=models.Q(active=True, suspended_at=None, delete_after=None)
                | models.Q(active=False, suspended_at__isnull=False)
                | models.Q(active=False, delete_after__isnull=False),
                name="tenant_active_as_it_stands",
            ),
        ),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=models.Q(purged_at=None) | models.Q(delete_after__isnull=False),
                name="tenant_purged_after_deletion",
            ),
        ),
        migrations.RunSQL(
            SAME_TENANT,
            "ALTER TABLE tenants_scramuser DROP CONSTRAINT scram_user_and_account_of_one_tenant;"
            "ALTER TABLE tenants_socketticket DROP CONSTRAINT ticket_and_key_of_one_tenant;"
            "ALTER TABLE tenants_apikey DROP CONSTRAINT key_of_tenant",
        ),
    ]
