from uuid import UUID

from connect.services import task_rows
from tenants import changes, scope
from tenants.transactions import limit_waits


def remove_task(*, task_id: UUID, generation: int) -> None:
    """Remove a task that was retired and has no process."""
    with scope.system("a connect worker removes a task"):
        limit_waits()
        task = task_rows.lock_generation(task_id, generation)
        if task is None:
            return
        told = task_rows.remove_task(task)
        if told:
            changes.publish(told)
