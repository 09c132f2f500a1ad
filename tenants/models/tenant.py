"""A tenant: one logical cluster, the unit that nothing crosses."""

import uuid
from typing import ClassVar

from django.db import models

from tenants.models.owned import ScopedManager


class Standing(models.TextChoices):
    """Whether a tenant may be used. Only an active one can be."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETING = "deleting"
    """Restored as it was until its grace has passed, then purged."""
    PURGED = "purged"
    """Nothing is left but this row, its audit log and what it used."""


class Tenant(models.Model):
    """``cluster_id`` is what clients see (``lkc-…``); ``plan`` names what it may use.

    ``active`` follows from the three moments below it: PostgreSQL keeps them together.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=63, unique=True)
    cluster_id = models.CharField(max_length=16, unique=True)
    auto_create_topics = models.BooleanField(default=False)
    default_partition_count = models.PositiveIntegerField(default=6)
    plan = models.CharField(max_length=63, default="standard")
    active = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True)
    delete_after = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager["Tenant"]] = ScopedManager(owner="id")

    class Meta:
        base_manager_name = "objects"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(active=True, suspended_at=None, delete_after=None)
                | models.Q(active=False, suspended_at__isnull=False)
                | models.Q(active=False, delete_after__isnull=False),
                name="tenant_active_as_it_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(purged_at=None) | models.Q(delete_after__isnull=False),
                name="tenant_purged_after_deletion",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Standing:
        if self.purged_at is not None:
            return Standing.PURGED
        if self.delete_after is not None:
            return Standing.DELETING
        return Standing.ACTIVE if self.suspended_at is None else Standing.SUSPENDED
