"""What tenants may use: plans, exceptions from them, and quotas of a tenant's own clients."""

import uuid
from typing import ClassVar

from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class Plan(models.Model):
    """What an operator changed of a plan, or a plan of the operator's own.

    ``limits`` by name; what it does not name is as ``tenants/limits.py`` says.
    """

    name = models.CharField(max_length=63, primary_key=True)
    limits = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class TenantLimit(TenantOwned):
    """One limit of one tenant that is not its plan's."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="limits")
    name = models.CharField(max_length=64)
    value = models.BigIntegerField()

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_limit_of_a_name"),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="limit_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class ClientQuota(TenantOwned):
    """``entity`` and ``values`` as ``tenants/client_quotas.py`` has them; one value at least."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="client_quotas")
    entity = models.JSONField()
    values = models.JSONField()

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "entity"], name="one_quota_of_an_entity"),
        ]

    def __str__(self) -> str:
        return str(self.entity)
