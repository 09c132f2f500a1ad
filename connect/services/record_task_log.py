from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Max

from connect.models import ConnectorTask, TaskLogLine
from tenants import scope
from tenants.transactions import limit_waits

LINES_KEPT: Final = 500
"""Of each task, the last ones."""
LINE_CHARACTERS_MAX: Final = 4_000


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a task's process."""

    task_id: UUID
    generation: int
    at: datetime
    level: str
    message: str


def record_task_log(lines: Sequence[Said]) -> None:
    """Keep what tasks' processes said, in that order; of each task the last ``LINES_KEPT`` lines.

    Lines of tasks that are gone are left out.
    """
    with scope.system("what connectors' tasks said"):
        limit_waits()
        wanted = sorted({line.task_id for line in lines})
        tasks = ConnectorTask.objects.select_for_update(of=("self",)).filter(id__in=wanted)
        for task in tasks.order_by("id"):
            _append(task, [line for line in lines if line.task_id == task.id][-LINES_KEPT:])


def _append(task: ConnectorTask, lines: Sequence[Said]) -> None:
    kept = TaskLogLine.objects.filter(task=task)
    last = kept.aggregate(last=Max("number"))["last"] or 0
    TaskLogLine.objects.bulk_create(
        TaskLogLine(
            tenant_id=task.tenant_id,
            task=task,
            number=last + position,
            generation=line.generation,
            at=line.at,
            level=line.level[:8],
            message=line.message[:LINE_CHARACTERS_MAX].replace("\0", ""),
        )
        for position, line in enumerate(lines, start=1)
    )
    kept.filter(number__lte=last + len(lines) - LINES_KEPT).delete()
