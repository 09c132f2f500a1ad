from dataclasses import dataclass, field
from uuid import UUID

from connect.services.connector_rows import opened_secrets
from connect.services.task_rows import lock_generation
from connect.states import Kind, TargetState
from tenants import audit, changes, scope
from tenants.services.managed_account_rows import exchange_key
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class BegunTask:
    """What the process is to be told. ``config`` has its secrets in clear; ``account`` is the
    name of the account that it works as."""

    task_id: UUID
    tenant_id: UUID
    cluster_id: str
    connector: str
    account: str
    kind: Kind
    plugin: str
    number: int
    generation: int
    revision: int
    config: dict[str, str] = field(repr=False)
    task_config: dict[str, str]
    paused: bool
    key_id: str
    key_secret: str = field(repr=False)
    restarts: int


def begin_task(*, task_id: UUID, generation: int, worker: str) -> BegunTask | None:
    """A new generation of a task: the former one's key ends, and this one has a new one.

    In numbered changes the former is gone before the new one is there, so who accepts the new one
    refuses the former. None when another was quicker, or the task is not to run. Raises
    ``SealBroken`` when its secrets do not open.
    """
    with scope.system("a connect worker starts a task"):
        limit_waits()
        task = lock_generation(task_id, generation)
        if task is None or task.retired:
            return None
        connector = task.connector
        if connector.target_state == TargetState.STOPPED or not connector.tenant.active:
            return None
        config = {**connector.config, **opened_secrets(connector)}
        by = f"connect-worker:{worker}"
        name = f"{connector.name}-{task.number}"
        key, told = exchange_key(
            connector.service_account, task.api_key, by=by, description=f"connector task {name}"
        )
        task.api_key = key.key_id
        task.generation += 1
        task.running_revision = task.revision
        task.next_restart_at = None
        task.save()
        audit.record(
            tenant_id=task.tenant_id,
            by=by,
            action="connector_task.start",
            object=name,
            detail={"generation": task.generation, "api_key": key.key_id},
        )
        changes.publish(told)
        return BegunTask(
            task_id=task.id,
            tenant_id=task.tenant_id,
            cluster_id=connector.tenant.cluster_id,
            connector=connector.name,
            account=connector.service_account.name,
            kind=Kind(connector.kind),
            plugin=connector.plugin,
            number=task.number,
            generation=task.generation,
            revision=task.revision,
            config=config,
            task_config=dict(task.config),
            paused=connector.target_state == TargetState.PAUSED,
            key_id=key.key_id,
            key_secret=key.secret,
            restarts=task.restarts,
        )
