"""A program's identity inside one tenant: the principal ``User:NAME``."""

import uuid
from typing import ClassVar

from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class ServiceAccount(TenantOwned):
    """One that is ``managed`` belongs to a connector: it comes and goes with it, as do its keys,
    and neither counts among the accounts and keys that the tenant may have."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="service_accounts")
    name = models.CharField(max_length=64)
    managed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="service_account_name"),
        ]

    def __str__(self) -> str:
        return self.name
