"""What brokers count and measure, as they published it last, and its sums; for people to look at.

Keys to topics and tenants are not PostgreSQL's to check: rows are written every few seconds, must
not take locks on what administration locks, and are of no use without what they belong to.
"""

from typing import ClassVar

from django.db import models

from brokers.models.topic import Topic
from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class ReplicaFigures(TenantOwned):
    """One replica by its broker's word; it stays where a replica was moved away.

    Counters are of ``incarnation``; what earlier ones had counted is in the columns ``…_before``,
    so that the sum of both never falls.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    topic = models.ForeignKey(
        Topic, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    index = models.PositiveIntegerField()
    broker_id = models.PositiveIntegerField()
    incarnation = models.BigIntegerField()
    records_in = models.BigIntegerField()
    bytes_in = models.BigIntegerField()
    bytes_out = models.BigIntegerField()
    records_in_before = models.BigIntegerField(default=0)
    bytes_in_before = models.BigIntegerField(default=0)
    bytes_out_before = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0, db_default=0)
    requests_before = models.BigIntegerField(default=0, db_default=0)
    log_start_offset = models.BigIntegerField()
    high_watermark = models.BigIntegerField()
    stored_bytes = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["topic", "index", "broker_id"], name="figures_of_replica"
            ),
        ]


class BrokerFigures(models.Model):
    """One broker by its own word. Rates are per second, over the time since the row before; null
    after a start. ``disk_…`` are null where the disk does not tell."""

    broker_id = models.PositiveIntegerField(primary_key=True)
    incarnation = models.BigIntegerField()
    at = models.DateTimeField()
    disk_bytes = models.BigIntegerField(null=True)
    disk_free_bytes = models.BigIntegerField(null=True)
    leaders = models.PositiveIntegerField()
    replicas = models.PositiveIntegerField()
    stored_bytes = models.BigIntegerField()
    bytes_in = models.BigIntegerField()
    bytes_out = models.BigIntegerField()
    network_in = models.BigIntegerField()
    network_out = models.BigIntegerField()
    requests = models.BigIntegerField()
    bytes_in_per_s = models.FloatField(null=True)
    bytes_out_per_s = models.FloatField(null=True)
    network_in_per_s = models.FloatField(null=True)
    network_out_per_s = models.FloatField(null=True)
    requests_per_s = models.FloatField(null=True)


class Sums(TenantOwned):
    """Base of what a roll-up finds at its tick. Counters never fall, whatever restarts, moves or is
    deleted; records and bytes are those of one replica of each partition."""

    at = models.DateTimeField()
    records_in = models.BigIntegerField()
    bytes_in = models.BigIntegerField()
    bytes_out = models.BigIntegerField()
    stored_records = models.BigIntegerField()
    stored_bytes = models.BigIntegerField()
    partitions = models.PositiveIntegerField()
    under_replicated = models.PositiveIntegerField()
    offline = models.PositiveIntegerField()

    class Meta(TenantOwned.Meta):
        abstract = True


class Newest(Sums):
    """Base of the newest sums, written where they changed: ``at`` is the tick that found it, and
    ``…_added`` what came in since the tick before that."""

    records_in_added = models.BigIntegerField()
    bytes_in_added = models.BigIntegerField()
    bytes_out_added = models.BigIntegerField()

    class Meta(Sums.Meta):
        abstract = True


class TopicFigures(Newest):
    """One topic now. ``replication_factor`` of the partition that has most replicas; ``requests``
    is how many have become usage, and what rises alone changes no ``at``."""

    replication_factor = models.PositiveIntegerField()
    requests = models.BigIntegerField(default=0, db_default=0)
    topic = models.OneToOneField(
        Topic, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_constraint=False)


class TenantFigures(Newest):
    """One tenant now: its topics together, deleted ones' counters included."""

    tenant = models.OneToOneField(
        Tenant, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )


class PrincipalFigures(TenantOwned):
    """What one principal did on one broker, by its word; counters of one incarnation, and how much
    of each has become usage."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    principal = models.CharField(max_length=300, blank=True)
    broker_id = models.PositiveIntegerField()
    incarnation = models.BigIntegerField()
    at = models.DateTimeField()
    records_in = models.BigIntegerField()
    bytes_in = models.BigIntegerField()
    bytes_out = models.BigIntegerField()
    requests = models.BigIntegerField()
    records_in_metered = models.BigIntegerField(default=0)
    bytes_in_metered = models.BigIntegerField(default=0)
    bytes_out_metered = models.BigIntegerField(default=0)
    requests_metered = models.BigIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "principal", "broker_id", "incarnation"],
                name="figures_of_principal",
            ),
        ]


class TenantUse(TenantOwned):
    """What one tenant holds of one broker, by the broker's word when it last changed.

    ``busy_ms`` of the broker's time and ``logins`` are counters of its incarnation;
    ``busy_percent`` and ``logins_per_s`` are what they came to since the row before, null after a
    start. ``largest_batch`` is bytes of the largest that was produced within the hour; ``clients``
    what principals, client ids and addresses use of their own quotas, those that use most of each,
    as ``brokers/quotas/client_use.py`` has them.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    broker_id = models.PositiveIntegerField()
    incarnation = models.BigIntegerField()
    at = models.DateTimeField()
    connections = models.PositiveIntegerField()
    groups = models.PositiveIntegerField()
    busy_ms = models.BigIntegerField()
    busy_percent = models.FloatField(null=True)
    logins = models.BigIntegerField(default=0, db_default=0)
    logins_per_s = models.FloatField(null=True)
    largest_batch = models.BigIntegerField(default=0, db_default=0)
    clients = models.JSONField(null=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "broker_id"], name="use_of_broker"),
        ]
