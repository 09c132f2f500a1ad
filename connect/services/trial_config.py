from collections.abc import Mapping
from uuid import UUID

from connect.models import Connector
from connect.services.checked_config import CheckedConfig, checked_config
from connect.services.connector_rows import former_config, kept_secrets
from tenants import scope


def trial_config(*, tenant_id: UUID, name: str, config: Mapping[str, str]) -> CheckedConfig:
    """``config`` as it would be kept for the connector ``name``, which need not be there. Writes
    nothing. Raises what ``checked_config`` raises."""
    with scope.tenant(tenant_id):
        found = Connector.objects.filter(name=name).first()
        if found is None:
            return checked_config(name, config)
        return checked_config(name, config, former_config(found), kept_secrets(found))
