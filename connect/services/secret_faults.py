from collections.abc import Mapping
from uuid import UUID

from connect.models import Connector
from connect.moved_target import moved_secrets
from connect.plugins import Plugin
from connect.services.checked_config import missing_secrets
from connect.services.connector_rows import former_config, kept_secrets
from tenants import scope


def secret_faults(
    *, tenant_id: UUID, name: str, plugin: Plugin, config: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(key, sentence) of each secret that ``config`` would not keep for the connector ``name``,
    which need not be there: none is kept, or it would be sent elsewhere. Writes nothing."""
    with scope.tenant(tenant_id):
        found = Connector.objects.filter(name=name).first()
        if found is None:
            return missing_secrets(config, {})
        missing = missing_secrets(config, kept_secrets(found))
        names = {key for key, _sentence in missing}
        moved = moved_secrets(plugin, former_config(found), config)
        return missing + [fault for fault in moved if fault[0] not in names]
