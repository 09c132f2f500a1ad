"""Row-level security, an audit log that only grows, and keys that cannot cross tenants.

The policies are for every role, the tables' owner included. ``headwater.scope`` and
``headwater.tenant`` are set per transaction by ``tenants/scope.py``; unset means: no rows.
"""

from django.db import migrations

SEES = """
CREATE FUNCTION headwater_sees(owner uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE current_setting('headwater.scope', true)
        WHEN 'system' THEN true
        WHEN 'operator' THEN true
        WHEN 'tenant' THEN owner = nullif(current_setting('headwater.tenant', true), '')::uuid
        ELSE false
    END
$$;
"""

OWNER_COLUMNS = {
    "tenants_tenant": "id",
    "tenants_membership": "tenant_id",
    "tenants_serviceaccount": "tenant_id",
    "tenants_apikey": "tenant_id",
    "tenants_auditchain": "tenant_id",
    "tenants_auditentry": "tenant_id",
}


def _wall(table, column):
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON {table}
    USING (headwater_sees({column})) WITH CHECK (headwater_sees({column}));
"""


# Everyone who writes may append to the change log; only the system scope, in which brokers read it,
# may see it. Without a policy for them, UPDATE and DELETE touch nothing.
CHANGES = """
ALTER TABLE tenants_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants_change FORCE ROW LEVEL SECURITY;
CREATE POLICY append ON tenants_change FOR INSERT
    WITH CHECK (coalesce(current_setting('headwater.scope', true), '') <> '');
CREATE POLICY brokers_read ON tenants_change FOR SELECT
    USING (current_setting('headwater.scope', true) = 'system');
"""

# Referential integrity looks past row-level security, so the key itself carries the tenant.
SAME_TENANT = """
ALTER TABLE tenants_serviceaccount
    ADD CONSTRAINT service_account_of_tenant UNIQUE (id, tenant_id);
ALTER TABLE tenants_apikey
    ADD CONSTRAINT key_and_account_of_one_tenant FOREIGN KEY (service_account_id, tenant_id)
    REFERENCES tenants_serviceaccount (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
"""

APPEND_ONLY = """
CREATE FUNCTION headwater_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON tenants_auditentry
    FOR EACH ROW EXECUTE FUNCTION headwater_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.RunSQL(SEES, "DROP FUNCTION headwater_sees(uuid)"),
        *(
            migrations.RunSQL(
                _wall(table, column),
                f"DROP POLICY tenant_scope ON {table};"
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            )
            for table, column in OWNER_COLUMNS.items()
        ),
        migrations.RunSQL(
            CHANGES,
            "DROP POLICY append ON tenants_change; DROP POLICY brokers_read ON tenants_change;"
            "ALTER TABLE tenants_change NO FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE tenants_change DISABLE ROW LEVEL SECURITY",
        ),
        migrations.RunSQL(
            SAME_TENANT,
            "ALTER TABLE tenants_apikey DROP CONSTRAINT key_and_account_of_one_tenant;"
            "ALTER TABLE tenants_serviceaccount DROP CONSTRAINT service_account_of_tenant",
        ),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER append_only ON tenants_auditentry;"
            "DROP FUNCTION headwater_append_only()",
        ),
    ]
