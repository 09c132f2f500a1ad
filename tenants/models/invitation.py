"""An invitation: lets whoever accepts it into a tenant, once."""

from typing import ClassVar

from django.db import models

from tenants.models.membership import Role
from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class Invitation(TenantOwned):
    """``login`` is a text and refers to nobody: it is the same row whether somebody signs in under
    that name or not. Of the code only a digest is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="invitations")
    login = models.CharField(max_length=150)
    role = models.CharField(max_length=16, choices=Role)
    invited_by = models.CharField(max_length=200)
    """A principal."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    declined = models.BooleanField(default=False)
    """By the person, who sees it no more; the tenant is not told."""

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "login"], name="one_invitation_of_each"),
        ]
        indexes: ClassVar = [models.Index(fields=["login"], name="invitations_of_login")]

    def __str__(self) -> str:
        return self.digest[:8]
