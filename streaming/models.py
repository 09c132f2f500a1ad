"""What the edge keeps in PostgreSQL: requests that may be sent again without writing twice."""

from typing import Any, ClassVar

from django.db import models

from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class IdempotentRequest(TenantOwned):
    """A produce request that came with an ``Idempotency-Key``.

    It is claimed before anything is written. ``status`` and ``answer`` are set once it is settled;
    until then ``plan`` says where its records go and where each partition ended before, so that
    after a crash the topic itself can be asked what became of them.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    principal = models.TextField()
    key = models.TextField()
    fingerprint = models.BinaryField()
    """SHA-256 of what was asked for: the path and the body."""
    plan = models.JSONField()
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField()
    """When somebody last began to write it, or to find out what was written."""
    status = models.IntegerField(null=True)
    answer = models.BinaryField(null=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["tenant", "principal", "key"], name="idempotency_key_of_principal"
            )
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["created_at"], name="idempotent_requests_by_age")
        ]

    def __str__(self) -> str:
        return self.key
