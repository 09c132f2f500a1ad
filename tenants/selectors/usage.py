"""What tenants used, day by day."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import scope
from tenants.models import TenantUsage

DAYS_MAX: Final = 3_660
"""Asked for at once: ten years."""


def usage_of(tenant_id: UUID | str, *, days: int) -> list[TenantUsage]:
    """The last ``days`` days, today included, UTC, oldest first; days without a row are left out:
    the tenant had nothing."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    with scope.tenant(tenant_id):
        return list(TenantUsage.objects.filter(day__gte=first).order_by("day"))
