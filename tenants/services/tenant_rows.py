"""Steps that the verbs on a tenant's standing have in common, inside the transaction of a verb."""

from uuid import UUID

from tenants import audit, changes
from tenants.errors import Invalid, NotFound
from tenants.models import Tenant
from tenants.names import SYSTEM_TENANT_NAME
from tenants.published import tenant_change
from tenants.standing_hints import announce_standing


def lock_standing(tenant_id: UUID) -> Tenant:
    """The tenant's row, locked. Raises ``NotFound``, for one that was purged too, and ``Invalid``
    for the service's own tenant."""
    tenant = (
        Tenant.objects.select_for_update(no_key=True)
        .filter(id=tenant_id, purged_at__isnull=True)
        .first()
    )
    if tenant is None:
        raise NotFound("there is no such tenant")
    if tenant.name == SYSTEM_TENANT_NAME:
        raise Invalid("the service's own tenant is neither suspended nor deleted")
    return tenant


def keep_standing(tenant: Tenant, *, by: str, action: str) -> None:
    """Save when it was suspended and when it is purged, and tell everybody what follows."""
    tenant.active = tenant.suspended_at is None and tenant.delete_after is None
    tenant.save(update_fields=["active", "suspended_at", "delete_after"])
    until = tenant.delete_after
    audit.record(
        tenant_id=tenant.id,
        by=by,
        action=action,
        object=tenant.name,
        detail={} if until is None else {"delete_after": until.isoformat(timespec="seconds")},
    )
    announce_standing()
    changes.publish([tenant_change(tenant)])
