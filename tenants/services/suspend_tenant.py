from datetime import UTC, datetime
from uuid import UUID

from tenants import scope
from tenants.models import Tenant
from tenants.services.tenant_rows import keep_standing, lock_standing
from tenants.transactions import limit_waits


def suspend_tenant(*, tenant_id: UUID, by: str) -> Tenant:
    """Cut a tenant off, everywhere and within five seconds; what it has stays as it is.

    Its keys do not log in, its people do not see it, its connections and sockets are closed.
    Suspending twice is harmless. Raises ``NotFound`` and ``Invalid``.
    """
    with scope.operator(by):
        limit_waits()
        tenant = lock_standing(tenant_id)
        if tenant.suspended_at is None:
            tenant.suspended_at = datetime.now(UTC)
            keep_standing(tenant, by=by, action="tenant.suspend")
    return tenant
