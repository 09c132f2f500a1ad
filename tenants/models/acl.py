"""One binding of a tenant's access control lists."""

import uuid
from typing import ClassVar

from django.db import models

from tenants.acls import (
    HOST_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    PRINCIPAL_CHARACTERS_MAX,
    AclEntry,
)
from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class Acl(TenantOwned):
    """Never changed, only made and deleted; the words are those of ``tenants/acls.py``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="acls")
    principal = models.CharField(max_length=PRINCIPAL_CHARACTERS_MAX)
    host = models.CharField(max_length=HOST_CHARACTERS_MAX)
    resource_type = models.CharField(max_length=16)
    pattern_type = models.CharField(max_length=8)
    resource_name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    operation = models.CharField(max_length=16)
    permission = models.CharField(max_length=5)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "tenant", "principal", "host", "resource_type", "pattern_type",
                    "resource_name", "operation", "permission",
                ],
                name="one_acl_of_each",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.entry)

    @property
    def entry(self) -> AclEntry:
        return AclEntry(
            self.principal,
            self.host,
            self.resource_type,
            self.pattern_type,
            self.resource_name,
            self.operation,
            self.permission,
        )
