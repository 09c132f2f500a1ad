"""Who did what to which thing: one hash chain per tenant, and one for the platform.

Entries outlive what they speak of, so tenants are named by id and not by a foreign key. A trigger
refuses to change or delete an entry; the chain shows it if somebody got past the trigger.
"""

from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from django.db import models

from tenants.models.owned import TenantOwned

PLATFORM: Final = UUID(int=0)
"""In place of a tenant's id: what concerns brokers, people and the service itself."""


class Outcome(StrEnum):
    """Whether it was done, or somebody was not allowed to."""

    DONE = "done"
    REFUSED = "refused"


class AuditChain(TenantOwned):
    """The end of a chain. Locked while an entry is appended, so that chains never fork."""

    tenant_id = models.UUIDField(primary_key=True)
    length = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default="")

    class Meta(TenantOwned.Meta):
        pass


class AuditEntry(TenantOwned):
    """``digest`` is over the entry and ``previous``; both hexadecimal SHA-256.

    ``version`` says what the digest covers (``tenants/audit.py``). ``source`` and ``request_id``
    are those of ``tenants/origin.py``.
    """

    tenant_id = models.UUIDField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    action = models.CharField(max_length=64)
    object = models.CharField(max_length=300)
    detail = models.JSONField()
    source = models.CharField(max_length=64, blank=True, default="")
    request_id = models.CharField(max_length=128, blank=True, default="")
    outcome = models.CharField(max_length=8, default=Outcome.DONE)
    version = models.PositiveSmallIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant_id", "sequence"], name="audit_sequence"),
        ]
