from uuid import UUID

from connect.models import ConnectorTask
from connect.selectors.connectors import ConnectorStatus, status_of
from connect.services.connector_rows import ask_for_tasks, lock_connector
from connect.services.task_rows import ask_for_restart
from connect.services.waking import wake_workers
from connect.states import State, TargetState
from tenants import audit, scope
from tenants.kept_tenants import begin_change


def restart_connector(
    *, tenant_id: UUID, by: str, name: str, include_tasks: bool, only_failed: bool
) -> ConnectorStatus:
    """Have a connector make its tasks anew, with ``include_tasks`` its tasks start anew as well
    (KIP-745); with ``only_failed`` what has failed and nothing else.

    What is restarted is RESTARTING in the status that this returns. A stopped connector has nothing
    to restart. Raises ``NotFound``.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        connector = lock_connector(name)
        tasks = list(
            ConnectorTask.objects.select_for_update(of=("self",)).filter(
                connector=connector, retired=False
            )
        )
        if connector.target_state != TargetState.STOPPED:
            wanted = [task for task in tasks if not only_failed or task.state == State.FAILED]
            for task in wanted if include_tasks else []:
                ask_for_restart(task)
            if not only_failed or connector.state == State.FAILED:
                ask_for_tasks(connector)
                if connector.target_state == TargetState.RUNNING:
                    connector.state = State.RESTARTING
                connector.save()
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="connector.restart",
            object=name,
            detail={"include_tasks": include_tasks, "only_failed": only_failed},
        )
        wake_workers()
        return status_of(connector)
