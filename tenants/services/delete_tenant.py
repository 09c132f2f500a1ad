from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import scope
from tenants.errors import Conflict, Invalid
from tenants.models import Tenant
from tenants.services.tenant_rows import keep_standing, lock_standing
from tenants.transactions import limit_waits

GRACE: Final = timedelta(days=7)
GRACE_MAX: Final = timedelta(days=90)


def delete_tenant(*, tenant_id: UUID, by: str, grace: timedelta = GRACE) -> Tenant:
    """Cut a tenant off as suspending it does, and have it purged once ``grace`` has passed.

    Until then ``restore_tenant`` gives everything back. Raises ``NotFound``, ``Conflict`` when it
    is being deleted already and ``Invalid`` for a grace that is negative or too long.
    """
    if not timedelta() <= grace <= GRACE_MAX:
        raise Invalid(f"the grace must be 0 to {GRACE_MAX.days} days")
    with scope.operator(by):
        limit_waits()
        tenant = lock_standing(tenant_id)
        if tenant.delete_after is not None:
            raise Conflict(f"tenant {tenant.name!r} is being deleted already")
        tenant.delete_after = datetime.now(UTC) + grace
        keep_standing(tenant, by=by, action="tenant.delete")
    return tenant
