"""What a worker sees of the cell's connectors when it looks. Pure."""

from dataclasses import dataclass
from uuid import UUID

from connect.states import TargetState


@dataclass(frozen=True, slots=True)
class Owner:
    """One start of a worker. Two of the same name never live at a time: the later one counts."""

    name: str
    incarnation: UUID


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """``beats`` rises while it lives; ``slots`` is how many tasks it takes."""

    owner: Owner
    beats: int
    slots: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A row of a task with what matters of its connector and its tenant (``active``).

    ``wait_s`` is how long it is not to be started yet, 0 or less for now; ``waits_untold``: nothing
    says yet why it does not run. Other fields as in ``connect/models/connector_task.py``.
    """

    id: UUID
    connector_id: UUID
    owner: Owner | None
    generation: int
    revision: int
    running_revision: int | None
    retired: bool
    target: TargetState
    active: bool
    wait_s: float
    restarts: int
    waits_untold: bool = False

    @property
    def wanted(self) -> bool:
        """Whether there ought to be a process."""
        return self.active and not self.ends

    @property
    def ends(self) -> bool:
        """Whether there is nothing left to do with it but to remove it."""
        return self.retired or self.target is TargetState.STOPPED


@dataclass(frozen=True, slots=True)
class ConnectorSeen:
    """A connector whose tasks are to be made. ``attempt`` is who is at it, None for nobody."""

    id: UUID
    generation: int
    attempt: Owner | None
    wait_s: float
    restarts: int


@dataclass(frozen=True, slots=True)
class Work:
    """``connectors`` are those that want tasks made, of active tenants."""

    workers: tuple[WorkerSeen, ...]
    tasks: tuple[TaskSeen, ...]
    connectors: tuple[ConnectorSeen, ...]
