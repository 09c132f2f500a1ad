from uuid import UUID

from connect.services.connector_rows import lock_connector
from tenants import audit, scope
from tenants.kept_tenants import begin_change


def reset_topics(*, tenant_id: UUID, by: str, name: str) -> None:
    """Forget which topics a connector has read or written (KIP-558). Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        connector.topics = []
        connector.save(update_fields=["topics"])
        audit.record(tenant_id=tenant_id, by=by, action="connector.reset_topics", object=name)
