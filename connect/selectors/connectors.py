"""A tenant's connectors: what they are and how they are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from connect.models import Connector, ConnectorTask
from connect.selectors.workers import live_workers
from connect.states import NO_WORKER, Kind, State, TargetState
from tenants import scope
from tenants.errors import NotFound


@dataclass(frozen=True, slots=True)
class ConnectorInfo:
    """``config`` has ``HIDDEN`` for each secret."""

    name: str
    kind: Kind
    plugin: str
    config: dict[str, str]
    task_numbers: tuple[int, ...]
    target_state: TargetState
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """``metrics`` is what its process counted last, empty before it has. ``restarts`` counts ends
    by failure since it last ran well. ``trace`` is why it failed, or why nobody runs it."""

    number: int
    state: State
    worker_id: str
    trace: str
    restarts: int
    next_restart_at: datetime | None
    generation: int
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """``worker_id`` is empty while no worker has made its tasks. ``is_current``: whether its tasks
    are those of its config, and not of the one before."""

    name: str
    kind: Kind
    state: State
    worker_id: str
    trace: str
    restarts: int = 0
    next_restart_at: datetime | None = None
    tasks: tuple[TaskStatus, ...] = field(default=())
    is_current: bool = True


def connectors_of(tenant_id: UUID) -> list[ConnectorInfo]:
    """By name."""
    with scope.tenant(tenant_id):
        connectors = list(Connector.objects.order_by("name"))
        tasks = _tasks_by_connector(ConnectorTask.objects.filter(retired=False))
        return [_info(each, tasks.get(each.id, [])) for each in connectors]


def connector_info(tenant_id: UUID, name: str) -> ConnectorInfo:
    """Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        connector = _connector(name)
        return _info(connector, list(_tasks(connector).filter(retired=False)))


def statuses_of(tenant_id: UUID) -> dict[str, ConnectorStatus]:
    """By name, of all the tenant's connectors."""
    with scope.tenant(tenant_id):
        connectors = list(Connector.objects.order_by("name"))
        tasks = _tasks_by_connector(ConnectorTask.objects.all())
        return {each.name: _status(each, tasks.get(each.id, [])) for each in connectors}


def connector_status(tenant_id: UUID, name: str) -> ConnectorStatus:
    """Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        return status_of(_connector(name))


def task_status(tenant_id: UUID, name: str, number: int) -> TaskStatus:
    """Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        found = _tasks(_connector(name)).filter(number=number).first()
    if found is None:
        raise NotFound(f"No status found for task {name}-{number}", name=name, task=number)
    return _task_status(found, NO_WORKER if not live_workers() else "")


def task_configs(tenant_id: UUID, name: str) -> list[tuple[int, dict[str, str]]]:
    """Each task's number and config, with ``HIDDEN`` for each secret. Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        connector = _connector(name)
        tasks = list(_tasks(connector).filter(retired=False))
    return [(task.number, {**connector.config, **task.config}) for task in tasks]


def active_topics(tenant_id: UUID, name: str) -> list[str]:
    """What it has read or written since that was last reset, by name. Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        return list(_connector(name).topics)


def status_of(connector: Connector) -> ConnectorStatus:
    """Within a scope that sees its tasks."""
    return _status(connector, list(_tasks(connector)))


def _connector(name: str) -> Connector:
    found = Connector.objects.filter(name=name).first()
    if found is None:
        raise NotFound(f"Connector {name} not found", name=name)
    return found


def _tasks(connector: Connector) -> Any:
    return ConnectorTask.objects.filter(connector=connector).order_by("number")


def _tasks_by_connector(tasks: Any) -> dict[UUID, list[ConnectorTask]]:
    found: dict[UUID, list[ConnectorTask]] = {}
    for task in tasks.order_by("number"):
        found.setdefault(task.connector_id, []).append(task)
    return found


def _info(connector: Connector, tasks: Iterable[ConnectorTask]) -> ConnectorInfo:
    return ConnectorInfo(
        name=connector.name,
        kind=Kind(connector.kind),
        plugin=connector.plugin,
        config=dict(connector.config),
        task_numbers=tuple(task.number for task in tasks),
        target_state=TargetState(connector.target_state),
        created_at=connector.created_at,
        updated_at=connector.updated_at,
    )


def _status(connector: Connector, tasks: Iterable[ConnectorTask]) -> ConnectorStatus:
    tasks = list(tasks)
    waits = any(_waits(each) for each in (connector, *tasks))
    unsaid = NO_WORKER if waits and not live_workers() else ""
    return ConnectorStatus(
        name=connector.name,
        kind=Kind(connector.kind),
        state=State(connector.state),
        worker_id=connector.worker,
        trace=_why(connector, unsaid),
        restarts=connector.restarts,
        next_restart_at=connector.next_restart_at,
        is_current=connector.configured_version == connector.config_version,
        tasks=tuple(_task_status(task, unsaid) for task in tasks),
    )


def _why(found: Connector | ConnectorTask, unsaid: str) -> str:
    """``unsaid`` is why nothing runs that nobody has taken, which no worker can have said."""
    return unsaid if unsaid and _waits(found) else found.trace


def _waits(found: Connector | ConnectorTask) -> bool:
    return found.state == State.UNASSIGNED and not found.worker


def _task_status(task: ConnectorTask, unsaid: str = "") -> TaskStatus:
    return TaskStatus(
        number=task.number,
        state=State(task.state),
        worker_id=task.worker,
        trace=_why(task, unsaid),
        restarts=task.restarts,
        next_restart_at=task.next_restart_at,
        generation=task.generation,
        metrics=dict(task.metrics),
    )
