"""One task of a connector, and the process that runs it."""

import uuid
from typing import ClassVar

from django.db import models

from connect.models.connector import Connector
from connect.states import State
from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class ConnectorTask(TenantOwned):
    """A task is owned by one incarnation of one worker, or by nobody (``worker`` empty).

    ``generation`` rises whenever it changes hands and whenever its process starts: what is written
    of a task names it, so that what an earlier process said comes to nothing. ``api_key`` is that
    of the running process. ``revision`` is what ought to run, ``running_revision`` what does (None:
    no process). ``retired`` tasks end and are not started again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    connector = models.ForeignKey(Connector, models.CASCADE, related_name="tasks")
    number = models.PositiveIntegerField()
    config = models.JSONField(default=dict)
    """What the connector gave this task beside its own config, without secrets."""
    made_for = models.PositiveIntegerField(default=0)
    """The version of the connector's config."""
    state = models.CharField(max_length=12, default=State.UNASSIGNED)
    trace = models.TextField(default="")
    worker = models.CharField(max_length=64, default="")
    incarnation = models.UUIDField(null=True)
    generation = models.BigIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    running_revision = models.PositiveIntegerField(null=True)
    retired = models.BooleanField(default=False)
    api_key = models.CharField(max_length=16, default="")
    restarts = models.PositiveIntegerField(default=0)
    """Ends by failure one after the other."""
    next_restart_at = models.DateTimeField(null=True)
    metrics = models.JSONField(default=dict)
    """What the process counted last; see ``connect/task``."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connector", "number"], name="connector_task_number"),
        ]

    def __str__(self) -> str:
        return f"{self.connector_id}-{self.number}"
