"""What a tenant used, day by day."""

from typing import ClassVar

from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class TenantUsage(TenantOwned):
    """One day, UTC. Records and bytes that were produced and consumed; the most that was stored at
    any time, one replica of each partition, and the most partitions.

    Its key is not PostgreSQL's to check: writing it must not wait for who administers the tenant.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="usage", db_index=False, db_constraint=False
    )
    day = models.DateField()
    records_in = models.BigIntegerField(default=0)
    bytes_in = models.BigIntegerField(default=0)
    bytes_out = models.BigIntegerField(default=0)
    stored_bytes_max = models.BigIntegerField(default=0)
    partitions_max = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "day"], name="usage_of_day"),
        ]
