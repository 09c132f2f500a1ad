"""One partition: who holds it, who leads it, and the epochs that fence the past."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from brokers.models.topic import Topic
from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class Partition(TenantOwned):
    """A trigger refuses every update that would lower ``leader_epoch`` or ``partition_epoch``.

    ``adding`` and ``removing`` are the new and the old ``replicas`` while these are reassigned.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="partitions")
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+")
    index = models.PositiveIntegerField()
    replicas = ArrayField(models.PositiveIntegerField())
    isr = ArrayField(models.PositiveIntegerField())
    eligible_leaders = ArrayField(models.PositiveIntegerField(), default=list)
    adding = ArrayField(models.PositiveIntegerField(), default=list)
    removing = ArrayField(models.PositiveIntegerField(), default=list)
    leader = models.PositiveIntegerField(null=True)
    leader_epoch = models.PositiveIntegerField(default=0)
    partition_epoch = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "index"], name="partition_index"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["leader"], name="partitions_led"),
            # What a controller looks for each second; nearly always it is empty. There is none on
            # ``replicas``: row-level security lets no array operator look into an index first,
            # and reading 100,000 rows takes 20 ms.
            models.Index(
                fields=["topic", "index"],
                condition=~models.Q(leader__isnull=False, adding=[], removing=[]),
                name="partitions_to_mend",
            ),
        ]
