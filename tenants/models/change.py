"""The numbered change log; written by ``tenants/changes.py`` only."""

from typing import ClassVar

from django.db import models


class ChangeCounter(models.Model):
    """One row (id 1): the number of the newest change."""

    id = models.SmallIntegerField(primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_change_counter"),
        ]


class Change(models.Model):
    """Append-only. Row-level security lets only the system scope read it: it holds verifiers."""

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=100)
    payload = models.JSONField(null=True)
    created_at = models.DateTimeField()
