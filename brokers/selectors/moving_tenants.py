"""Tenants whose records moved lately."""

from datetime import timedelta
from typing import Final

from django.db.models.functions import Now

from brokers.models import TenantFigures
from tenants import scope

LATELY: Final = timedelta(hours=1)


def moving_tenants() -> list[str]:
    """Ids of those that produced or consumed within the hour, and ever consumed, in order."""
    with scope.system("sample the groups of tenants that are at work"):
        rows = TenantFigures.objects.filter(at__gt=Now() - LATELY, bytes_out__gt=0)
        found = rows.filter(tenant__active=True).order_by("tenant_id").values_list("tenant_id")
        return [str(tenant_id) for (tenant_id,) in found]
