"""Steps that the verbs on tasks have in common, inside the transaction of a verb."""

from collections.abc import Collection
from uuid import UUID

from connect.models import Connector, ConnectorTask
from connect.states import TRACE_CHARACTERS_MAX, State, TargetState
from tenants.changes import NewChange
from tenants.services.managed_account_rows import end_keys


def lock_connectors_of(identifiers: Collection[UUID]) -> None:
    """Lock the connectors whose tasks these are, in one order."""
    whose = ConnectorTask.objects.filter(id__in=[*identifiers]).values("connector_id")
    connectors = Connector.objects.select_for_update(of=("self",), no_key=True)
    list(connectors.filter(id__in=whose).order_by("id").values_list("id"))


def lock_tasks(identifiers: Collection[UUID]) -> list[ConnectorTask]:
    """Their rows with connector and account loaded, locked in one order.

    A connector comes before its tasks, as in the verbs of people: one of those and a worker would
    wait for each other otherwise, and the one be told that the database does not answer.
    """
    lock_connectors_of(identifiers)
    tasks = ConnectorTask.objects.select_for_update(of=("self",)).select_related(
        "connector__service_account", "connector__tenant"
    )
    return list(tasks.filter(id__in=[*identifiers]).order_by("id"))


def lock_generation(identifier: UUID, generation: int) -> ConnectorTask | None:
    """The task, while that generation of it is the latest."""
    found = lock_tasks([identifier])
    return found[0] if found and found[0].generation == generation else None


def kept_trace(trace: str) -> str:
    """Its end, which says most; PostgreSQL takes no zero bytes."""
    return trace.replace("\0", "")[-TRACE_CHARACTERS_MAX:]


def ask_for_restart(task: ConnectorTask) -> None:
    """Have its worker end the process there is and start another, and not wait if it failed."""
    task.revision += 1
    task.restarts = 0
    task.next_restart_at = None
    task.trace = ""
    task.state = State.RESTARTING
    task.save()


def end_process(task: ConnectorTask) -> list[NewChange]:
    """Nothing runs it from here on: its key ends, and its generation. Not saved; the changes to
    publish."""
    told = end_keys(task.connector.service_account, [task.api_key])
    task.api_key = ""
    task.running_revision = None
    task.generation += 1
    return told


def unassign(task: ConnectorTask) -> list[NewChange]:
    """Nobody's any more; the changes to publish. One that failed stays so, for all to see."""
    told = end_process(task)
    task.worker, task.incarnation = "", None
    if task.state not in {State.FAILED, State.RESTARTING}:
        task.state = State.UNASSIGNED
    task.save()
    return told


def remove_task(task: ConnectorTask) -> list[NewChange]:
    """The row goes; the last one of a connector that is asked to stop has it stopped. The changes
    to publish."""
    told = end_process(task)
    connector = Connector.objects.select_for_update(of=("self",)).get(id=task.connector_id)
    task.delete()
    if connector.target_state == TargetState.STOPPED and not connector.tasks.exists():
        connector.state = State.STOPPED
        connector.save(update_fields=["state", "updated_at"])
    return told
