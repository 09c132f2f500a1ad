"""How fast tenants create and delete partitions."""

from django.db import models

from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class PartitionMutations(TenantOwned):
    """What is left of a tenant's rate: ``level`` partitions at ``at_ms``, Unix milliseconds by
    PostgreSQL's clock; negative for what is owed, None where there is no limit. A tenant without a
    row has used nothing."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="+")
    level = models.FloatField(null=True)
    at_ms = models.BigIntegerField()
    clients = models.JSONField(default=dict)
    """What is left of its clients' quotas, as ``brokers/quotas/kept_buckets.py`` has it."""

    class Meta(TenantOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.level:g} at {self.at_ms}"
