from uuid import UUID

from connect.services.task_rows import lock_generation, unassign
from connect.services.waking import wake_workers
from tenants import changes, scope
from tenants.transactions import limit_waits


def release_task(*, task_id: UUID, generation: int) -> None:
    """Give up a task that has no process, for another worker or until its tenant is active."""
    with scope.system("a connect worker gives up a task"):
        limit_waits()
        task = lock_generation(task_id, generation)
        if task is None:
            return
        told = unassign(task)
        wake_workers()
        if told:
            changes.publish(told)
