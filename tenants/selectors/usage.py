"""What tenants used, day by day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tenants import scope
from tenants.models import TenantUsage


def usage_of(tenant_id: UUID | str, *, days: int) -> list[TenantUsage]:
    """The last ``days`` days, today included, UTC, oldest first; days without a row are left out:
    the tenant had nothing."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    with scope.tenant(tenant_id):
        return list(TenantUsage.objects.filter(day__gte=first).order_by("day"))
