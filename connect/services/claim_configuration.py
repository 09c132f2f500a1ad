from dataclasses import dataclass, field
from uuid import UUID

from connect.models import Connector
from connect.services.connector_rows import opened_secrets
from connect.states import TASKS_MAX, Kind, TargetState
from tenants import scope
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class Configuration:
    """A connector whose tasks are to be made. ``config`` has its secrets in clear; ``account`` is
    the name of the account that it works as."""

    connector_id: UUID
    tenant_id: UUID
    cluster_id: str
    connector: str
    account: str
    kind: Kind
    plugin: str
    generation: int
    version: int
    config: dict[str, str] = field(repr=False)
    tasks_max: int
    restarts: int


def claim_configuration(
    *, connector_id: UUID, generation: int, worker: str, incarnation: UUID
) -> Configuration | None:
    """Be the one who makes a connector's tasks; None when another was quicker, or nobody is to.

    Raises ``SealBroken`` when its secrets do not open.
    """
    with scope.system("a connect worker makes a connector's tasks"):
        limit_waits()
        connector = (
            Connector.objects.select_for_update(of=("self",))
            .select_related("tenant", "service_account")
            .filter(id=connector_id, generation=generation, target_state=TargetState.RUNNING)
            .first()
        )
        if connector is None:
            return None
        config = {**connector.config, **opened_secrets(connector)}
        connector.generation += 1
        connector.configuring = True
        connector.worker, connector.incarnation = worker, incarnation
        connector.save()
        return Configuration(
            connector_id=connector.id,
            tenant_id=connector.tenant_id,
            cluster_id=connector.tenant.cluster_id,
            connector=connector.name,
            account=connector.service_account.name,
            kind=Kind(connector.kind),
            plugin=connector.plugin,
            generation=connector.generation,
            version=connector.config_version,
            config=config,
            tasks_max=min(TASKS_MAX, int(config.get("tasks.max", "1"))),
            restarts=connector.restarts,
        )
