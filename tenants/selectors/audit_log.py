"""The audit log, for reading and for proof."""

from uuid import UUID

from tenants import audit, scope
from tenants.models import AuditEntry


def entries_of(tenant_id: UUID, *, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
    """A tenant's newest entries first; with ``before``, those of lower sequence numbers."""
    with scope.tenant(tenant_id):
        entries = AuditEntry.objects.order_by("-sequence")
        if before is not None:
            entries = entries.filter(sequence__lt=before)
        return list(entries[:limit])


def first_flaw_of(tenant_id: UUID) -> int | None:
    """The sequence number at which a tenant's chain is broken; None when it is whole."""
    with scope.tenant(tenant_id):
        return audit.first_flaw(tenant_id)
