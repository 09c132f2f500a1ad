"""A ticket: lets a websocket in once, for those who can send no header with it."""

from typing import ClassVar

from django.db import models

from tenants.models.api_key import ApiKey
from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant
from tenants.models.user import User


class SocketTicket(TenantOwned):
    """Stands for the credential that asked for it: an API key, or a person's session. Of the ticket
    itself only a digest is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", null=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", null=True)
    session_key = models.CharField(max_length=40, default="")
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        indexes: ClassVar = [models.Index(fields=["tenant", "expires_at"], name="tickets_of")]

    def __str__(self) -> str:
        return self.digest[:8]
