"""Row-level security for topics and partitions, and epochs that never go back."""

from django.db import migrations

TABLES = ("brokers_topic", "brokers_partition")


def _wall(table):
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_scope ON {table}
    USING (headwater_sees(tenant_id)) WITH CHECK (headwater_sees(tenant_id));
"""


# Referential integrity looks past row-level security, so the key itself carries the tenant.
SAME_TENANT = """
ALTER TABLE brokers_topic ADD CONSTRAINT topic_of_tenant UNIQUE (id, tenant_id);
ALTER TABLE brokers_partition
    ADD CONSTRAINT partition_and_topic_of_one_tenant FOREIGN KEY (topic_id, tenant_id)
    REFERENCES brokers_topic (id, tenant_id) DEFERRABLE INITIALLY DEFERRED;
"""

EPOCHS_RISE = """
CREATE FUNCTION headwater_epochs_never_decrease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.leader_epoch < OLD.leader_epoch OR NEW.partition_epoch < OLD.partition_epoch THEN
        RAISE EXCEPTION 'epochs of partition %/% would decrease', OLD.topic_id, OLD.index;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER epochs_never_decrease BEFORE UPDATE ON brokers_partition
    FOR EACH ROW EXECUTE FUNCTION headwater_epochs_never_decrease();
"""


class Migration(migrations.Migration):
    dependencies = [("brokers", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        *(
            migrations.RunSQL(
                _wall(table),
                f"DROP POLICY tenant_scope ON {table};"
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            )
            for table in TABLES
        ),
        migrations.RunSQL(
            SAME_TENANT,
            "ALTER TABLE brokers_partition DROP CONSTRAINT partition_and_topic_of_one_tenant;"
            "ALTER TABLE brokers_topic DROP CONSTRAINT topic_of_tenant",
        ),
        migrations.RunSQL(
            EPOCHS_RISE,
            "DROP TRIGGER epochs_never_decrease ON brokers_partition;"
            "DROP FUNCTION headwater_epochs_never_decrease()",
        ),
    ]
