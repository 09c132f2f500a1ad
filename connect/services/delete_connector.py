from uuid import UUID

from connect.services.connector_rows import lock_connector
from connect.services.waking import wake_workers
from tenants import audit, changes, scope
from tenants.kept_tenants import begin_change
from tenants.services.managed_account_rows import remove_account


def delete_connector(*, tenant_id: UUID, by: str, name: str) -> None:
    """Remove a connector, its tasks and its account; what it wrote stays, its offsets too.

    Its processes can do nothing from now on, and workers end them. Raises ``NotFound``.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        account = connector.service_account
        connector.delete()
        told = remove_account(account)
        audit.record(tenant_id=tenant_id, by=by, action="connector.delete", object=name)
        wake_workers()
        if told:
            changes.publish(told)
