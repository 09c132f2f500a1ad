"""What a task's process has put together before its run begins, source or sink."""

from dataclasses import dataclass

from connect.spi.egress import Egress
from connect.task.assignment import TaskAssignment
from connect.task.control import Control
from connect.task.events import Events
from connect.task.loading import Loaded
from connect.task.metrics import Metrics


@dataclass(frozen=True, slots=True)
class TaskParts:
    assignment: TaskAssignment
    loaded: Loaded
    egress: Egress
    control: Control
    metrics: Metrics
    events: Events
