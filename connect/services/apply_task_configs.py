from collections.abc import Mapping, Sequence

from connect.models import Connector, ConnectorTask
from connect.permissions import connector_acls
from connect.services.claim_configuration import Configuration
from connect.services.task_rows import ask_for_restart
from connect.services.waking import wake_workers
from connect.states import Kind, State
from tenants import changes, scope
from tenants.errors import Conflict
from tenants.models import Tenant
from tenants.selectors.quotas import applied_limits
from tenants.services.managed_account_rows import replace_acls
from tenants.transactions import limit_waits


def apply_task_configs(
    *,
    made: Configuration,
    task_configs: Sequence[Mapping[str, str]],
    writes: Sequence[str],
    reads: Sequence[str],
) -> bool:
    """The tasks that a connector has made, and the rights that they need. False when another
    attempt is under way, or the connector is not to run any more.

    Tasks that are as before go on undisturbed; the others end and start with what is new. Raises
    ``Conflict`` for more tasks than the tenant may have, or more ACLs; ``Invalid`` for topics that
    cannot be any.
    """
    with scope.system("a connect worker has made a connector's tasks"):
        limit_waits()
        connector = _lock(made)
        if connector is None:
            return False
        _check_room(connector, len(task_configs))
        _write_tasks(connector, made, [_own(made, each) for each in task_configs])
        account = connector.service_account
        told = replace_acls(
            account,
            connector_acls(
                principal=f"User:{account.name}",
                kind=Kind(connector.kind),
                name=connector.name,
                config=connector.config,
                writes=writes,
                reads=reads,
            ),
        )
        connector.configured_version = made.version
        connector.configuring = False
        connector.state = State.RUNNING
        connector.trace, connector.restarts, connector.next_restart_at = "", 0, None
        connector.save()
        wake_workers()
        if told:
            changes.publish(told)
    return True


def _lock(made: Configuration) -> Connector | None:
    return (
        Connector.objects.select_for_update(of=("self",))
        .select_related("service_account", "tenant")
        .filter(id=made.connector_id, generation=made.generation, configuring=True)
        .first()
    )


def _check_room(connector: Connector, count: int) -> None:
    tenant = Tenant.objects.select_for_update(no_key=True).get(id=connector.tenant_id)
    limit = applied_limits(tenant).get("connector_tasks")
    others = ConnectorTask.objects.filter(tenant_id=tenant.id, retired=False)
    used = others.exclude(connector=connector).count()
    if limit is not None and used + count > limit:
        raise Conflict(
            f"tenant {tenant.name} may have {limit} connector tasks, its other connectors have "
            f"{used} and {connector.name!r} wants {count}; lower its tasks.max, stop another "
            "connector, or have the limit raised",
            limit="connector_tasks",
        )


def _own(made: Configuration, config: Mapping[str, str]) -> dict[str, str]:
    """What a task is given beside its connector's config, with the secrets in it."""
    return {key: value for key, value in config.items() if made.config.get(key) != value}


def _write_tasks(
    connector: Connector, made: Configuration, configs: Sequence[dict[str, str]]
) -> None:
    tasks = {
        task.number: task
        for task in ConnectorTask.objects.select_for_update(of=("self",)).filter(
            connector=connector
        )
    }
    for number, config in enumerate(configs):
        task = tasks.get(number)
        if task is None:
            ConnectorTask.objects.create(
                tenant_id=connector.tenant_id,
                connector=connector,
                number=number,
                config=config,
                made_for=made.version,
            )
        elif task.retired or task.made_for != made.version or task.config != config:
            task.retired = False
            task.config, task.made_for = config, made.version
            # What it was or failed of was of its former config.
            ask_for_restart(task)
    for number, task in tasks.items():
        if number >= len(configs):
            if task.worker:
                task.retired = True
                task.save()
            else:
                task.delete()
