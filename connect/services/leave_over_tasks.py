from collections.abc import Mapping
from uuid import UUID

from connect.services.task_rows import lock_tasks, unassign
from connect.states import NO_ROOM, State
from tenants import changes, scope
from tenants.changes import NewChange
from tenants.transactions import limit_waits


def leave_over_tasks(wanted: Mapping[UUID, int]) -> None:
    """Say of tasks that no worker has room for them: ``wanted`` is the generation that was seen of
    each. Nobody's from here on, as far as somebody had not taken one meanwhile.

    Where a worker that is taken for dead had one its key ends: whatever still runs could come to be
    beside the next one.
    """
    with scope.system("connect workers have no room for tasks"):
        limit_waits()
        told: list[NewChange] = []
        for task in lock_tasks(wanted):
            if task.generation != wanted[task.id]:
                continue
            if task.state != State.FAILED:
                task.trace = NO_ROOM
            told += unassign(task)
        if told:
            changes.publish(told)
