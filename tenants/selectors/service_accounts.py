"""Service accounts of a tenant."""

from uuid import UUID

from tenants import scope
from tenants.models import ServiceAccount


def service_accounts_of(tenant_id: UUID) -> list[ServiceAccount]:
    """By name."""
    with scope.tenant(tenant_id):
        return list(ServiceAccount.objects.order_by("name"))
