from uuid import UUID

from connect.models import Connector, ConnectorTask
from connect.services.connector_rows import ask_for_tasks, lock_connector
from connect.services.waking import wake_workers
from connect.states import State, TargetState
from tenants import audit, scope
from tenants.kept_tenants import begin_change


def stop_connector(*, tenant_id: UUID, by: str, name: str) -> None:
    """End its tasks for good (KIP-875): resuming makes new ones. Its ``state`` is STOPPED when the
    last process has ended, and its offsets may be changed from then on.

    Stopping twice is harmless. Raises ``NotFound``.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        if connector.target_state == TargetState.STOPPED:
            return
        connector.target_state = TargetState.STOPPED
        ask_for_tasks(connector)
        if not _retire_tasks(connector):
            connector.state = State.STOPPED
        connector.save()
        audit.record(tenant_id=tenant_id, by=by, action="connector.stop", object=name)
        wake_workers()


def _retire_tasks(connector: Connector) -> int:
    """How many have a worker, which ends them; the others go at once."""
    tasks = ConnectorTask.objects.filter(connector=connector)
    tasks.filter(worker="").delete()
    return int(tasks.update(retired=True))
