"""The audit log, for reading and for proof."""

from collections.abc import Collection
from uuid import UUID

from tenants import audit, scope
from tenants.models import AuditChain, AuditEntry


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


def chain_lengths(tenant_ids: Collection[UUID]) -> dict[UUID, int]:
    """The sequence number of the newest entry of each chain; ``PLATFORM`` names the platform's."""
    with scope.system("open consoles are told what happened"):
        chains = AuditChain.objects.filter(tenant_id__in=tenant_ids)
        known = dict(chains.values_list("tenant_id", "length"))
    return {tenant_id: known.get(tenant_id, 0) for tenant_id in tenant_ids}


def entries_after(tenant_id: UUID, sequence: int, *, limit: int) -> list[AuditEntry]:
    """The oldest entries of a chain above ``sequence``, in order."""
    with scope.system("open consoles are told what happened"):
        entries = AuditEntry.objects.filter(tenant_id=tenant_id, sequence__gt=sequence)
        return list(entries.order_by("sequence")[:limit])
