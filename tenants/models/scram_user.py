"""A password by which a service account logs in to Kafka, made over the wire (KIP-554)."""

from typing import ClassVar

from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.service_account import ServiceAccount
from tenants.models.tenant import Tenant


class ScramUser(TenantOwned):
    """``verifiers`` holds what RFC 5802 lets a server keep, by mechanism; at least one of them.
    Each is sealed for this user (``tenants/sealed_verifiers.py``).

    It logs in as ``NAME@CLUSTER_ID`` (``login_name``): names are a tenant's own.
    """

    service_account = models.OneToOneField(
        ServiceAccount, models.CASCADE, primary_key=True, related_name="scram_user"
    )
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="scram_users")
    verifiers = models.JSONField()
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        indexes: ClassVar = [models.Index(fields=["tenant"], name="scram_users_of")]

    def __str__(self) -> str:
        return self.service_account.name

    @property
    def login_name(self) -> str:
        """What a client calls itself. Reads the service account's row and the tenant's."""
        return f"{self.service_account.name}@{self.tenant.cluster_id}"
