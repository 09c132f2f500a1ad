"""A tenant: one logical cluster, the unit that nothing crosses."""

import uuid
from typing import ClassVar

from django.db import models

from tenants.models.owned import ScopedManager


class Tenant(models.Model):
    """``cluster_id`` is what clients see (``lkc-…``); ``plan`` names what it may use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=63, unique=True)
    cluster_id = models.CharField(max_length=16, unique=True)
    auto_create_topics = models.BooleanField(default=False)
    default_partition_count = models.PositiveIntegerField(default=6)
    plan = models.CharField(max_length=63, default="standard")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager["Tenant"]] = ScopedManager(owner="id")

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.name
