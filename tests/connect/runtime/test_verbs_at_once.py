"""Verbs on a connector at the same moment: none is refused for the other."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from connect.models import ConnectorTask
from connect.services import put_config as put_module
from connect.services import record_task_figures as figures_module
from connect.services import task_rows
from connect.services.create_connector import create_connector
from connect.services.delete_connector import delete_connector
from connect.services.end_task import end_task
from connect.services.put_config import put_config
from connect.services.record_task_figures import TaskFigures, record_task_figures
from connect.services.restart_connector import restart_connector
from tenants import scope, transactions
from tests.node.harness import wait_until

TICKS = {"connector.class": "ticks", "topic": "orders"}


def is_waited_for():
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
        return cursor.rowcount > 0


def ended(task):
    end_task(task_id=task.id, generation=task.generation, failure=None)


def counted(task):
    record_task_figures([TaskFigures(task.id, task.generation, {}, frozenset({"orders"}), 1)])


def deleted(tenant):
    delete_connector(tenant_id=tenant.id, by="ann", name="clock")


def restarted(tenant):
    restart_connector(
        tenant_id=tenant.id, by="ann", name="clock", include_tasks=True, only_failed=False
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("by_a_worker", "step", "by_a_person"),
    [
        (ended, (task_rows, "end_process"), deleted),
        (counted, (figures_module, "_add_topics"), deleted),
        (counted, (figures_module, "_add_topics"), restarted),
    ],
)
def test_neither_is_refused(acme, monkeypatch, by_a_worker, step, by_a_person):
    """The person comes when the worker has the task's row, and is about to change the connector's
    as well: it is the last of its tasks, or has read its first topic."""
    # However slow this machine is; PostgreSQL finds out about a deadlock by itself.
    monkeypatch.setattr(transactions, "WAIT", "30s")
    connector = create_connector(tenant_id=acme.id, by="ann", name="clock", config=TICKS)
    with scope.system("test"):
        task = ConnectorTask.objects.create(
            tenant_id=acme.id, connector=connector, number=0, worker="w", incarnation=uuid4(),
            retired=by_a_worker is ended,
        )  # fmt: skip

    def at_the_same_time():
        try:
            by_a_person(acme)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        asked = []
        as_before = getattr(*step)

        def meanwhile(*arguments):
            asked.append(pool.submit(at_the_same_time))
            wait_until(is_waited_for, "the person waits")
            return as_before(*arguments)

        monkeypatch.setattr(*step, meanwhile)
        by_a_worker(task)
        asked[0].result()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_put_a_new_connector_the_second_changes_it(acme, monkeypatch):
    """Both saw that there was none; a PUT does not ask whether there is."""
    insert = put_module.insert_connector

    def first():
        try:
            create_connector(tenant_id=acme.id, by="ann", name="clock", config=TICKS)
        finally:
            connection.close()

    def beaten(*arguments):
        monkeypatch.setattr(put_module, "insert_connector", insert)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(first).result()
        return insert(*arguments)

    monkeypatch.setattr(put_module, "insert_connector", beaten)
    config = {**TICKS, "topic": "others"}
    made, is_new = put_config(tenant_id=acme.id, by="bob", name="clock", config=config)
    assert (made.config["topic"], is_new) == ("others", False)
