"""A topic, or with ``deleted_at`` its tombstone."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Replace

from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class Topic(TenantOwned):
    """``configs`` holds only what was set. A tombstone keeps its partitions until the purge."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="topics")
    name = models.CharField(max_length=249)
    configs = models.JSONField(default=dict)
    partition_count = models.PositiveIntegerField()
    internal = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            # '.' and '_' are one letter in the names of metrics, so Kafka lets names differ in
            # more than these; the rule contains that names are unique.
            models.UniqueConstraint(
                "tenant",
                Replace("name", models.Value("."), models.Value("_")),
                condition=models.Q(deleted_at__isnull=True),
                name="topic_name",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="topic_tombstones",
            ),
        ]

    def __str__(self) -> str:
        return self.name
