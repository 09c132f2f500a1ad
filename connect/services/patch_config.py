from collections.abc import Mapping
from uuid import UUID

from connect.models import Connector
from connect.selectors.connectors import connector_info
from connect.services.checked_config import checked_config, load_plugins
from connect.services.config_rows import replace_config
from connect.services.connector_rows import former_config, kept_secrets, lock_connector
from tenants import scope
from tenants.kept_tenants import begin_change


def patch_config(
    *, tenant_id: UUID, by: str, name: str, changes: Mapping[str, str | None]
) -> Connector:
    """The connector with ``changes`` made in its config (KIP-477): None takes a key out.

    Raises ``NotFound``, and what ``put_config`` raises.
    """
    load_plugins({**connector_info(tenant_id, name).config, **changes})
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        found = lock_connector(name)
        merged = {**found.config, **changes}
        config = {key: value for key, value in merged.items() if value is not None}
        checked = checked_config(name, config, former_config(found), kept_secrets(found))
        replace_config(found, checked, by=by)
        return found
