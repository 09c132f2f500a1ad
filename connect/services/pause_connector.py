from uuid import UUID

from connect.services.connector_rows import lock_connector
from connect.services.waking import wake_workers
from connect.states import State, TargetState
from tenants import audit, scope
from tenants.kept_tenants import begin_change


def pause_connector(*, tenant_id: UUID, by: str, name: str) -> None:
    """Have its tasks do nothing until it is resumed; a sink's stay members of their group.

    Pausing twice is harmless. Raises ``NotFound``.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        if connector.target_state == TargetState.PAUSED:
            return
        connector.target_state = TargetState.PAUSED
        if connector.state != State.FAILED:
            connector.state = State.PAUSED
        connector.save(update_fields=["target_state", "state", "updated_at"])
        audit.record(tenant_id=tenant_id, by=by, action="connector.pause", object=name)
        wake_workers()
