from typing import Any
from uuid import UUID

from tenants import audit, scope
from tenants.transactions import limit_waits


def record_group_change(
    *, tenant_id: UUID, by: str, action: str, group: str, detail: dict[str, Any] | None = None
) -> None:
    """Say in the audit log what was done to a consumer group.

    Groups live in the brokers' logs, so there is no row beside the entry: it comes after the deed.
    """
    with scope.tenant(tenant_id):
        limit_waits()
        audit.record(tenant_id=tenant_id, by=by, action=action, object=group, detail=detail)
