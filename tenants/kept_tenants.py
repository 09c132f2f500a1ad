"""What a tenant that is being deleted may still be told: nothing but to be restored.

Within its grace it comes back as it was. What was changed meanwhile would come back with it, unseen
by its members, or be purged with it though somebody was told that it is done.
"""

from uuid import UUID

from tenants.errors import Conflict, NotFound
from tenants.models import Tenant
from tenants.transactions import limit_waits


def begin_change(tenant_id: UUID) -> None:
    """The first step of every verb on what a tenant owns, inside the verb's transaction: its waits
    are bounded, and the tenant is one that is kept.

    Raises ``Conflict`` while it is being deleted and ``NotFound`` once it was purged. Whether there
    ever was one is for the verb to find.
    """
    limit_waits()
    tenant = Tenant.objects.filter(id=tenant_id, delete_after__isnull=False).first()
    if tenant is None:
        return
    if tenant.purged_at is not None:
        raise NotFound("there is no such tenant")
    raise Conflict(being_deleted(tenant))


def being_deleted(tenant: Tenant) -> str:
    """Why nothing of it is changed, for whoever asked."""
    return (
        f"tenant {tenant.name!r} is being deleted, so nothing of it was changed; restore it first"
    )
