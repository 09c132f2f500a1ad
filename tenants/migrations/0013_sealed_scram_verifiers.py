"""SCRAM users' verifiers: sealed in their rows, and no longer in the change log.

Needs the deployment's key when there are SCRAM users, and does nothing without it. It is not turned
back: what was in clear is in no backup that is made from now on.
"""

from django.db import migrations

from tenants.key_ring import read_ring, sealing_key
from tenants.sealed_verifiers import sealed_anew

# The log only grows: its policies let nobody change it, its owner included.
OUT_OF_THE_LOG = """
ALTER TABLE tenants_change NO FORCE ROW LEVEL SECURITY;
UPDATE tenants_change
    SET payload = payload || '{"scram_sha_256": null, "scram_sha_512": null}'
    WHERE kind = 'credential' AND payload->>'scram_user' IS NOT NULL;
ALTER TABLE tenants_change FORCE ROW LEVEL SECURITY;
"""


def seal(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('headwater.scope', 'system', true)")
        cursor.execute(OUT_OF_THE_LOG)
    users = apps.get_model("tenants", "ScramUser").objects
    clear = list(users.select_related("service_account"))
    if not clear:
        return
    ring = _ring(apps)
    for user in clear:
        user.verifiers = sealed_anew(
            user.verifiers, ring, tenant_id=user.tenant_id, user=user.service_account.name
        )
        user.save(update_fields=["verifiers"])


def _ring(apps):
    state = apps.get_model("tenants", "SealingState").objects.filter(id=1).first()
    name = state.key if state else ""
    key = sealing_key(read_ring(), name)
    if key is None:
        raise RuntimeError(
            f"SCRAM users' passwords are to be sealed with key {name!r}, which this process does "
            "not find: give it HEADWATER_CONNECTOR_KEYS_FILE and that file as the web and connect "
            "processes have them"
        )
    return (key,)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_sealing_state")]

    operations = [migrations.RunPython(seal)]
