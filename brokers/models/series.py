"""Time series out of figures: one row where something changed, thinned as it ages.

A topic without a row at a tick is as it was at its row before; ``FiguresTick`` says when anybody
looked. So idle topics and tenants cost nothing.
"""

from typing import ClassVar

from django.db import models

from brokers.models.figures import Sums
from brokers.models.topic import Topic
from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class FiguresTick(models.Model):
    """A moment at which all figures were rolled up, on the database's clock. ``seconds`` since the
    tick before, null for the first; ``step_s`` what its time was thinned to."""

    at = models.DateTimeField(primary_key=True)
    seconds = models.FloatField(null=True)
    step_s = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["step_s", "at"], name="figures_tick_step")]


class TopicPoint(Sums):
    """A topic's sums at a tick at which they were not as before."""

    topic = models.ForeignKey(
        Topic, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    class Meta(Sums.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "at"], name="point_of_topic"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="topic_point_at")]


class TenantPoint(Sums):
    """A tenant's sums at a tick at which they were not as before."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    class Meta(Sums.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "at"], name="point_of_tenant"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="tenant_point_at")]


class GroupPoint(TenantOwned):
    """How far a consumer group was behind in one topic. ``lag`` in records, null when unknown of
    any partition; ``lag_ms`` the age of the oldest record that it had not read, null likewise."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    group = models.CharField(max_length=255)
    topic_name = models.CharField(max_length=249)
    at = models.DateTimeField()
    lag = models.BigIntegerField(null=True)
    lag_ms = models.BigIntegerField(null=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "group", "topic_name", "at"], name="point_of_group"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="group_point_at")]
