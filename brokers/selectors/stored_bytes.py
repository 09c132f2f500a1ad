"""What tenants store."""

from brokers.kernel.ids import TenantId
from brokers.models import TenantFigures
from tenants import scope


def stored_bytes() -> dict[TenantId, int]:
    """Bytes of one replica of each partition, by the newest roll-up; those who store nothing are
    left out."""
    with scope.system("brokers hold tenants to what they may store"):
        rows = TenantFigures.objects.filter(stored_bytes__gt=0)
        found = list(rows.values_list("tenant_id", "stored_bytes"))
    return {TenantId(str(tenant_id)): stored for tenant_id, stored in found}
