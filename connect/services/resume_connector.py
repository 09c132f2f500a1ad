from uuid import UUID

from connect.services.connector_rows import ask_for_tasks, lock_connector
from connect.services.waking import wake_workers
from connect.states import State, TargetState
from tenants import audit, scope
from tenants.kept_tenants import begin_change


def resume_connector(*, tenant_id: UUID, by: str, name: str) -> None:
    """Have a connector run that is paused or stopped; one that runs stays as it is.

    Raises ``NotFound``.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        if connector.target_state == TargetState.RUNNING:
            return
        connector.target_state = TargetState.RUNNING
        if connector.configured_version == connector.config_version:
            connector.state = State.RUNNING
        else:
            ask_for_tasks(connector)
            connector.state = State.UNASSIGNED
        connector.save()
        audit.record(tenant_id=tenant_id, by=by, action="connector.resume", object=name)
        wake_workers()
