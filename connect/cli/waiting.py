"""Waiting for what a connector was asked to be."""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from connect.cli.documents import failure_of, lacks_room
from connect.selectors.connectors import ConnectorStatus, connector_info, connector_status
from connect.selectors.workers import live_workers
from connect.states import NO_ROOM, State, TargetState
from tenants.cli.failures import CommandFailure

LOOK_SECONDS: Final = 0.2


def settled(status: ConnectorStatus, target: TargetState) -> bool:
    """Whether it is what it was asked to be, its tasks too, or has failed. What tasks of a former
    config are is neither."""
    if status.state is State.FAILED:
        return True
    if target is TargetState.RUNNING and not status.is_current:
        return False
    states = {status.state, *(task.state for task in status.tasks)}
    return State.FAILED in states or states == {State(target)}


def wait_until_settled(
    tenant_id: UUID, name: str, seconds: float, tell: Callable[[ConnectorStatus], None]
) -> ConnectorStatus:
    """The status in which it has settled; ``tell`` hears of each one on the way there.

    Raises ``CommandFailure`` for what has failed, saying why, and for what takes too long.
    """
    target = connector_info(tenant_id, name).target_state
    deadline = time.monotonic() + seconds
    told: ConnectorStatus | None = None
    while True:
        status = connector_status(tenant_id, name)
        if told is None or _words(status) != _words(told):
            tell(status)
            told = status
        if settled(status, target):
            _raise_if_failed(status)
            return status
        if time.monotonic() >= deadline:
            raise CommandFailure("TIMED_OUT", _too_long(status, target, seconds))
        time.sleep(LOOK_SECONDS)


def _raise_if_failed(status: ConnectorStatus) -> None:
    failed = [task.number for task in status.tasks if task.state is State.FAILED]
    if status.state is not State.FAILED and not failed:
        return
    what = f"task {failed[0]} of connector {status.name}" if failed else f"connector {status.name}"
    why = failure_of(status) or "it left no trace"
    raise CommandFailure(
        "CONNECTOR_FAILED",
        f"{what} has failed: {why}. `connectors --describe --connector {status.name}` and --log "
        "say more; it is started again by itself, and by --restart --include-tasks.",
    )


def _too_long(status: ConnectorStatus, target: TargetState, seconds: float) -> str:
    reason = "it is still being worked on; `connectors --list --watch` shows how it goes"
    if not live_workers():
        reason = "no worker runs connectors; `./headwater status` tells which processes there are"
    elif lacks_room(status):
        reason = NO_ROOM
    so_far = f"connector {status.name} is {_words(status)}, not {target}, after {seconds} s"
    return f"{so_far}: {reason}."


def _words(status: ConnectorStatus) -> str:
    tasks = ", ".join(f"task {task.number} {task.state}" for task in status.tasks)
    return f"{status.state} ({tasks})" if tasks else str(status.state)


def progress_line(status: ConnectorStatus) -> str:
    return f"connector {status.name}: {_words(status)}"
