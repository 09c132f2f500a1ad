"""One partition: who holds it, who leads it, and the epochs that fence the past."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from brokers.models.topic import Topic
from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class Partition(TenantOwned):
    """A trigger refuses every update that would lower ``leader_epoch`` or ``partition_epoch``."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="partitions")
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+")
    index = models.PositiveIntegerField()
    replicas = ArrayField(models.PositiveIntegerField())
    isr = ArrayField(models.PositiveIntegerField())
    eligible_leaders = ArrayField(models.PositiveIntegerField(), default=list)
    leader = models.PositiveIntegerField(null=True)
    leader_epoch = models.PositiveIntegerField(default=0)
    partition_epoch = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "index"], name="partition_index"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["leader"], name="partitions_led"),
        ]
