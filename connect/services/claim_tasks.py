from collections.abc import Mapping
from uuid import UUID

from connect.services.task_rows import end_process, lock_tasks, remove_task
from connect.states import NO_ROOM, State, TargetState
from tenants import changes, scope
from tenants.changes import NewChange
from tenants.transactions import limit_waits


def claim_tasks(*, worker: str, incarnation: UUID, wanted: Mapping[UUID, int]) -> int:
    """Take tasks over, as far as nobody was quicker: ``wanted`` is the generation that was seen of
    each. How many were taken.

    With it the former owner's key of each ends: should its process still live, it can neither write
    nor commit any more. Tasks that only wait to be removed are.
    """
    with scope.system("a connect worker takes tasks"):
        limit_waits()
        told: list[NewChange] = []
        taken = 0
        for task in lock_tasks(wanted):
            if task.generation != wanted[task.id]:
                continue
            taken += 1
            if task.retired or task.connector.target_state == TargetState.STOPPED:
                told += remove_task(task)
                continue
            told += end_process(task)
            task.worker, task.incarnation = worker, incarnation
            if task.trace == NO_ROOM:
                task.trace = ""
            if task.state not in {State.FAILED, State.RESTARTING}:
                task.state = State.UNASSIGNED
            task.save()
        if told:
            changes.publish(told)
    return taken
