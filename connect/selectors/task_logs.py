"""What tasks' processes said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from connect.models import ConnectorTask, TaskLogLine
from tenants import scope
from tenants.errors import NotFound

LINES_DEFAULT: Final = 200


@dataclass(frozen=True, slots=True)
class LogLine:
    """``generation`` tells the task's processes apart; ``level`` is Python's name of it."""

    at: datetime
    level: str
    message: str
    generation: int


def task_log(tenant_id: UUID, name: str, number: int, limit: int = LINES_DEFAULT) -> list[LogLine]:
    """The last lines, oldest first. Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        task = ConnectorTask.objects.filter(connector__name=name, number=number).first()
        if task is None:
            raise NotFound(f"No status found for task {name}-{number}", name=name, task=number)
        lines = TaskLogLine.objects.filter(task=task).order_by("-number")[:limit]
        found = [LogLine(each.at, each.level, each.message, each.generation) for each in lines]
    return found[::-1]
