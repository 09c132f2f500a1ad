from uuid import UUID

from connect.models import ConnectorTask, ConnectWorker
from connect.services.task_rows import unassign
from connect.services.waking import wake_workers
from tenants import changes, scope
from tenants.transactions import limit_waits


def leave(name: str, incarnation: UUID) -> None:
    """A worker ends in order, its processes have ended: others take its tasks at once."""
    with scope.system("a connect worker leaves"):
        limit_waits()
        ConnectWorker.objects.filter(name=name, incarnation=incarnation).update(stopped=True)
        tasks = ConnectorTask.objects.select_for_update(of=("self",)).select_related(
            "connector__service_account"
        )
        told = [
            change
            for task in tasks.filter(worker=name, incarnation=incarnation).order_by("id")
            for change in unassign(task)
        ]
        wake_workers()
        if told:
            changes.publish(told)
