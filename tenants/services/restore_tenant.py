from uuid import UUID

from tenants import scope
from tenants.errors import Conflict
from tenants.models import Tenant
from tenants.services.tenant_rows import keep_standing, lock_standing
from tenants.transactions import limit_waits


def restore_tenant(*, tenant_id: UUID, by: str) -> Tenant:
    """Take a deletion back; a tenant that was suspended before is so again.

    The purge alone ends the time for it: a grace that has passed is no reason to lose what is still
    there. Raises ``NotFound`` once it was purged, and ``Conflict`` when it is not being deleted.
    """
    with scope.operator(by):
        limit_waits()
        tenant = lock_standing(tenant_id)
        if tenant.delete_after is None:
            raise Conflict(f"tenant {tenant.name!r} is not being deleted")
        tenant.delete_after = None
        keep_standing(tenant, by=by, action="tenant.restore")
    return tenant
