"""An API key: what logs in to Kafka, REST and websockets alike."""

from typing import ClassVar

from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.service_account import ServiceAccount
from tenants.models.tenant import Tenant
from tenants.names import ADMINISTRATOR_PRINCIPAL


class ApiKey(TenantOwned):
    """``verifiers`` cannot be turned back into the secret: see ``tenants/verifiers.py``.

    Without a service account the key is the tenant administrator's. ``restriction`` is what
    ``tenants/restrictions.py`` makes of one, and stays the same for the key's whole life.
    """

    key_id = models.CharField(max_length=16, primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="api_keys")
    service_account = models.ForeignKey(
        ServiceAccount, models.CASCADE, related_name="api_keys", null=True
    )
    verifiers = models.JSONField()
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    restriction = models.JSONField(null=True)
    description = models.CharField(max_length=200, default="")
    replaces = models.CharField(max_length=16, null=True)
    """The key that this one was made to take the place of, by rotation."""
    last_used_at = models.DateTimeField(null=True)
    """Within a minute: see ``note_key_uses``."""
    last_used_from = models.CharField(max_length=45, null=True)
    """Address, as text."""

    class Meta(TenantOwned.Meta):
        indexes: ClassVar = [models.Index(fields=["tenant", "created_at"], name="api_keys_of")]

    def __str__(self) -> str:
        return self.key_id

    @property
    def administrator(self) -> bool:
        return self.service_account_id is None

    @property
    def principal(self) -> str:
        """Kafka's principal text. Reads the service account's row."""
        account = self.service_account
        return ADMINISTRATOR_PRINCIPAL if account is None else f"User:{account.name}"
