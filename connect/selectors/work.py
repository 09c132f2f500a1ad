"""All that a worker has to know of the cell's connectors, in three questions."""

from datetime import datetime
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from connect.models import Connector, ConnectorTask, ConnectWorker
from connect.states import NO_ROOM, State, TargetState
from connect.work import ConnectorSeen, Owner, TaskSeen, Work, WorkerSeen
from tenants import scope

_WAITS_UNTOLD: Final = ExpressionWrapper(
    Q(state__in=[State.UNASSIGNED, State.RESTARTING]) & ~Q(trace=NO_ROOM),
    output_field=BooleanField(),
)


def work() -> Work:
    """As of one moment; waits are by PostgreSQL's clock."""
    with scope.system("a connect worker looks at its work"):
        return Work(_workers(), _tasks(), _connectors())


def _workers() -> tuple[WorkerSeen, ...]:
    rows = ConnectWorker.objects.values_list("name", "incarnation", "beats", "slots", "stopped")
    return tuple(
        WorkerSeen(Owner(name, incarnation), beats, slots, stopped)
        for name, incarnation, beats, slots, stopped in rows
    )


def _tasks() -> tuple[TaskSeen, ...]:
    rows = ConnectorTask.objects.annotate(now=Now(), waits_untold=_WAITS_UNTOLD).values_list(
        "id", "connector_id", "worker", "incarnation", "generation", "revision",
        "running_revision", "retired", "connector__target_state", "tenant__active",
        "next_restart_at", "now", "restarts", "waits_untold",
    )  # fmt: skip
    return tuple(
        TaskSeen(
            id=row[0],
            connector_id=row[1],
            owner=_owner(row[2], row[3]),
            generation=row[4],
            revision=row[5],
            running_revision=row[6],
            retired=row[7],
            target=TargetState(row[8]),
            active=row[9],
            wait_s=_wait_s(row[10], row[11]),
            restarts=row[12],
            waits_untold=row[13],
        )
        for row in rows
    )


def _connectors() -> tuple[ConnectorSeen, ...]:
    wanting = Connector.objects.filter(
        target_state=TargetState.RUNNING, tenant__active=True
    ).exclude(configured_version=F("config_version"))
    rows = wanting.annotate(now=Now()).values_list(
        "id", "generation", "configuring", "worker", "incarnation", "next_restart_at", "now",
        "restarts",
    )  # fmt: skip
    return tuple(
        ConnectorSeen(
            id=row[0],
            generation=row[1],
            attempt=_owner(row[3], row[4]) if row[2] else None,
            wait_s=_wait_s(row[5], row[6]),
            restarts=row[7],
        )
        for row in rows
    )


def _owner(name: str, incarnation: object) -> Owner | None:
    return Owner(name, incarnation) if name and incarnation is not None else None


def _wait_s(due: datetime | None, now: datetime) -> float:
    return 0.0 if due is None else (due - now).total_seconds()
