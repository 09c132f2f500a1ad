"""Which person belongs to which tenant, as what."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class Role(models.TextChoices):
    """Owner: all, members included. Admin: all but owners. Developer: records. Viewer: looks."""

    OWNER = "owner"
    ADMIN = "admin"
    DEVELOPER = "developer"
    VIEWER = "viewer"


class Membership(TenantOwned):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "tenant"], name="one_role_per_tenant"),
        ]
