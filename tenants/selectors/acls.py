"""Access control lists of a tenant."""

from uuid import UUID

from tenants import scope
from tenants.acls import EVERYBODY
from tenants.models import Acl


def acls_of(tenant_id: UUID) -> list[Acl]:
    """By principal, then by what they are about."""
    with scope.tenant(tenant_id):
        return list(
            Acl.objects.order_by(
                "principal", "resource_type", "resource_name", "pattern_type", "operation",
                "permission", "host",
            )
        )  # fmt: skip


def acls_about(tenant_id: UUID, principal: str) -> list[Acl]:
    """Those that say what the principal may: its own, and everybody's."""
    with scope.tenant(tenant_id):
        return list(Acl.objects.filter(principal__in=[principal, EVERYBODY]))
