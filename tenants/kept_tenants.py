"""What a tenant that is being deleted may still be told: to be restored, and that a credential is
revoked.

Within its grace it comes back as it was. What was changed meanwhile would come back with it, unseen
by its members, or be purged with it though somebody was told that it is done. A revocation is
neither: it only takes away what would let a stranger in at the moment of the restore.
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
    tenant = _in_grace(tenant_id)
    if tenant is not None:
        raise Conflict(being_deleted(tenant))


def begin_revocation(tenant_id: UUID) -> None:
    """In place of ``begin_change`` for the verbs that do nothing but take credentials away, which
    they may at any time. Raises ``NotFound`` once the tenant was purged."""
    limit_waits()
    _in_grace(tenant_id)


def _in_grace(tenant_id: UUID) -> Tenant | None:
    """The tenant, if it is being deleted. Raises ``NotFound`` once it was purged."""
    tenant = Tenant.objects.filter(id=tenant_id, delete_after__isnull=False).first()
    if tenant is not None and tenant.purged_at is not None:
        raise NotFound("there is no such tenant")
    return tenant


def being_deleted(tenant: Tenant) -> str:
    """Why nothing of it is changed, for whoever asked."""
    return (
        f"tenant {tenant.name!r} is being deleted, so nothing of it was changed; restore it first"
    )
