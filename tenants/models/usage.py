"""What was used, by hour and day: by a tenant, by each of its principals, of each topic."""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant


class UsageBy(StrEnum):
    """Whose use a row is about."""

    TENANT = "tenant"
    PRINCIPAL = "principal"
    TOPIC = "topic"


class UsageStep(StrEnum):
    """How long a row's time is; both begin with the clock, UTC."""

    HOUR = "hour"
    DAY = "day"


class Usage(TenantOwned):
    """One hour or day. Records and bytes that were produced and consumed, requests that were made;
    the most that was stored at any time, one replica of each partition, and the most partitions.

    ``name`` is the topic's or the principal's, empty for the tenant. Requests of a topic are those
    that produced to it or fetched from it. What is not counted by that stays 0: connectors' time of
    a topic, and what a principal stores.

    Its key is not PostgreSQL's to check: writing it must not wait for who administers the tenant.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="usage", db_index=False, db_constraint=False
    )
    by = models.CharField(max_length=9)
    step = models.CharField(max_length=4)
    start = models.DateTimeField()
    name = models.CharField(max_length=300, blank=True)
    records_in = models.BigIntegerField(default=0)
    bytes_in = models.BigIntegerField(default=0)
    bytes_out = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0)
    stored_bytes_max = models.BigIntegerField(default=0)
    partitions_max = models.PositiveIntegerField(default=0)
    connector_task_seconds = models.BigIntegerField(default=0, db_default=0)
    """For how long tasks of connectors ran, summed over them; of the tenant, and of each connector
    as the principal that it is."""

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "by", "step", "start", "name"], name="usage_of_time"
            ),
        ]
