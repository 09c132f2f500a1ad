from uuid import UUID

from tenants import scope
from tenants.models import Tenant
from tenants.services.tenant_rows import keep_standing, lock_standing
from tenants.transactions import limit_waits


def resume_tenant(*, tenant_id: UUID, by: str) -> Tenant:
    """End a suspension; a tenant that is being deleted stays cut off until it is restored.

    Resuming twice is harmless. Raises ``NotFound`` and ``Invalid``.
    """
    with scope.operator(by):
        limit_waits()
        tenant = lock_standing(tenant_id)
        if tenant.suspended_at is not None:
            tenant.suspended_at = None
            keep_standing(tenant, by=by, action="tenant.resume")
    return tenant
