"""A connector's config in its row, within a verb that has its scope and holds the row's lock."""

from connect.models import Connector
from connect.sealing import seal
from connect.services.checked_config import CheckedConfig
from connect.services.connector_rows import ask_for_tasks, kept_secrets
from connect.services.waking import wake_workers
from connect.states import Kind
from tenants import audit
from tenants.errors import Invalid
from tenants.services.sealing_ring import ring_to_seal_with


def replace_config(connector: Connector, checked: CheckedConfig, *, by: str) -> None:
    """Keep the config, and have tasks made for it; one that changes nothing does nothing.

    The audit entry names the keys that changed, and no value. Raises ``Invalid``.
    """
    if checked.kind != connector.kind:
        raise Invalid(
            f"connector {connector.name!r} is a {Kind(connector.kind)} and plugin "
            f"{checked.plugin!r} is for a {checked.kind}; create another connector"
        )
    secrets = kept_secrets(connector)
    before, after = {**connector.config, **secrets}, {**checked.shown, **checked.secrets}
    changed = sorted(key for key in before | after if before.get(key) != after.get(key))
    if not changed:
        return
    connector.plugin = checked.plugin
    connector.config = checked.shown
    connector.secrets = seal(checked.secrets, connector.id, ring_to_seal_with())
    connector.config_version += 1
    ask_for_tasks(connector)
    connector.save()
    audit.record(
        tenant_id=connector.tenant_id,
        by=by,
        action="connector.alter",
        object=connector.name,
        detail={"plugin": checked.plugin, "changed": changed},
    )
    wake_workers()
