"""What a task's process said, its last lines."""

from typing import ClassVar

from django.db import models

from connect.models.connector_task import ConnectorTask
from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class TaskLogLine(TenantOwned):
    """``number`` counts the lines of a task, over all its processes."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    task = models.ForeignKey(ConnectorTask, models.CASCADE, related_name="+", db_index=False)
    number = models.BigIntegerField()
    generation = models.BigIntegerField()
    at = models.DateTimeField()
    level = models.CharField(max_length=8)
    message = models.TextField()

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "number"], name="task_log_line_number"),
        ]

    def __str__(self) -> str:
        return self.message
