"""What the views of the management API have in common."""

from datetime import UTC, datetime
from uuid import UUID

from streaming.access.caller import TenantAccess
from streaming.access.management import managed_or_deleted_tenant, managed_tenant
from streaming.records.identity import ADMINISTER
from streaming.rest.view import RestView


class ManagementView(RestView):
    """Base of the views under ``/api/v1/tenants``."""

    def managed(self, tenant: str, scope: str) -> TenantAccess:
        """The named tenant, at which the caller has ``scope``.

        Raises ``TenantNotFound`` and ``NotAllowed``.
        """
        access = managed_tenant(self.caller, tenant)
        access.require(scope)
        return access

    def revocable(self, tenant: str) -> TenantAccess:
        """The named tenant, whose credentials the caller may take away; its owner may while it is
        being deleted too.

        Raises ``TenantNotFound`` and ``NotAllowed``.
        """
        access = managed_or_deleted_tenant(self.caller, tenant)
        access.require(ADMINISTER)
        return access


def id_of(access: TenantAccess) -> UUID:
    return UUID(access.tenant_id)


def rfc3339(moment: datetime | None) -> str | None:
    """In UTC with milliseconds; None for None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
