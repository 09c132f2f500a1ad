"""Whether this database is the one that brokers have followed so far, and what they say if not."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class ControlState(models.Model):
    """One row (id 1). ``generation`` counts recoveries; the cell is halted while ``halted_at``.
    ``number`` is the newest change when it was halted.

    Verbs that decide anything about partitions share a lock on it, so that none of them is under
    way when a halt is committed.
    """

    id = models.SmallIntegerField(primary_key=True)
    generation = models.PositiveIntegerField(default=0)
    halted_at = models.DateTimeField(null=True)
    halted_by = models.CharField(max_length=200, default="")
    reason = models.CharField(max_length=1000, default="")
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_control_state"),
        ]


class ReplicaReportRow(models.Model):
    """What broker ``id`` said in the halt that goes on; there are none outside of a halt.

    ``registration`` and the records are JSON as in ``adapters`` and ``metadata/records.py``.
    """

    id = models.PositiveIntegerField(primary_key=True)
    incarnation = models.BigIntegerField()
    is_clean = models.BooleanField()
    registration = models.JSONField()
    partitions = models.JSONField()
    topics = models.JSONField()
    reported_at = models.DateTimeField(db_default=Now())


class ForgottenBroker(models.Model):
    """A broker that a recovery went on without: what its volume holds is void.

    One that has seen nothing of ``generation`` and comes with such a volume is refused.
    """

    id = models.PositiveIntegerField(primary_key=True)
    generation = models.PositiveIntegerField()
