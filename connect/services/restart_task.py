from uuid import UUID

from connect.models import ConnectorTask
from connect.services.connector_rows import lock_connector
from connect.services.task_rows import ask_for_restart
from connect.services.waking import wake_workers
from tenants import audit, scope
from tenants.errors import NotFound
from tenants.kept_tenants import begin_change


def restart_task(*, tenant_id: UUID, by: str, name: str, number: int) -> None:
    """Have one task start anew, at once whatever has failed before. Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        task = (
            ConnectorTask.objects.select_for_update(of=("self",))
            .filter(connector=connector, number=number, retired=False)
            .first()
        )
        if task is None:
            raise NotFound(f"Task {name}-{number} not found", name=name, task=number)
        ask_for_restart(task)
        audit.record(
            tenant_id=tenant_id, by=by, action="connector_task.restart", object=f"{name}-{number}"
        )
        wake_workers()
