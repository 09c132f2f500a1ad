from collections.abc import Mapping
from uuid import UUID, uuid4

from connect.models import Connector
from connect.sealing import seal
from connect.services.checked_config import CheckedConfig, checked_config
from connect.services.connector_rows import account_names
from connect.services.waking import wake_workers
from connect.states import State, TargetState
from tenants import audit, scope
from tenants.errors import Conflict, Invalid
from tenants.kept_tenants import begin_change
from tenants.services.managed_account_rows import insert_account
from tenants.services.sealing_ring import ring_to_seal_with

_FIRST_STATE = {
    TargetState.RUNNING: State.UNASSIGNED,
    TargetState.PAUSED: State.PAUSED,
    TargetState.STOPPED: State.STOPPED,
}


def create_connector(
    *,
    tenant_id: UUID,
    by: str,
    name: str,
    config: Mapping[str, str],
    initial_state: TargetState = TargetState.RUNNING,
) -> Connector:
    """A connector with an account of its own; a worker makes its tasks once it is to run.

    Raises ``Conflict`` for a name in use and for more connectors than the tenant may have, and what
    ``checked_config`` raises.
    """
    checked = checked_config(name, config)
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        return insert_connector(tenant_id, by, name, checked, initial_state)


def insert_connector(
    tenant_id: UUID, by: str, name: str, checked: CheckedConfig, initial_state: TargetState
) -> Connector:
    """The rows, within a verb that has its scope. Raises ``Invalid`` for a name that no URL leads
    to: paths are decoded before they are taken apart, and clients follow dots before they ask."""
    if "/" in name or name in {".", ".."}:
        raise Invalid(
            f"a connector is not called {name!r}: no URL would lead to it; choose a name without a "
            "slash, and more than dots"
        )
    if Connector.objects.filter(name=name).exists():
        raise Conflict(f"Connector {name} already exists", name=name)
    # Its lock on the tenant makes two who create the same name come one after the other.
    account = insert_account(tenant_id, *account_names(tenant_id, name))
    if Connector.objects.filter(name=name).exists():
        raise Conflict(f"Connector {name} already exists", name=name)
    identifier = uuid4()
    connector = Connector.objects.create(
        id=identifier,
        tenant_id=tenant_id,
        name=name,
        kind=checked.kind,
        plugin=checked.plugin,
        config=checked.shown,
        secrets=seal(checked.secrets, identifier, ring_to_seal_with()),
        service_account=account,
        target_state=initial_state,
        state=_FIRST_STATE[initial_state],
    )
    audit.record(
        tenant_id=tenant_id,
        by=by,
        action="connector.create",
        object=name,
        detail={
            "plugin": checked.plugin,
            "kind": checked.kind,
            "state": initial_state,
            "service_account": account.name,
        },
    )
    wake_workers()
    return connector
