"""Connectors as tenants make and change them: rows, accounts, secrets, what is told and kept."""

import uuid
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from connect.errors import InvalidConfig, NotStopped, UnknownPlugin
from connect.models import Connector, ConnectorTask, ConnectWorker
from connect.selectors.connectors import (
    active_topics,
    connector_info,
    connector_status,
    connectors_of,
    statuses_of,
    task_configs,
    task_status,
)
from connect.services.change_offsets import change_sink_offsets, reset_offsets
from connect.services.connector_rows import kept_secrets
from connect.services.create_connector import create_connector
from connect.services.delete_connector import delete_connector
from connect.services.end_task import end_task
from connect.services.patch_config import patch_config
from connect.services.pause_connector import pause_connector
from connect.services.put_config import put_config
from connect.services.reset_topics import reset_topics
from connect.services.restart_connector import restart_connector
from connect.services.restart_task import restart_task
from connect.services.resume_connector import resume_connector
from connect.services.stop_connector import stop_connector
from connect.states import HIDDEN, State, TargetState
from streaming.cell.connect_rows import read_rows
from streaming.cell.connect_states import document, lines
from tenants import scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.models import ServiceAccount
from tenants.selectors.audit_log import entries_of
from tenants.selectors.quotas import limits_of
from tenants.services.create_service_account import create_service_account
from tenants.services.delete_service_account import delete_service_account
from tenants.services.issue_api_key import issue_api_key
from tenants.services.set_tenant_limits import set_tenant_limits

TICKS = {"connector.class": "ticks", "topic": "orders", "tasks.max": "2"}
SECRETS = {"pin": "1234", "headers.Token": "abc", "url": "postgresql://me:pw@db/x"}


@pytest.fixture
def make(acme):
    def create(name="clock", config=TICKS, **more):
        return create_connector(tenant_id=acme.id, by="ann", name=name, config=config, **more)

    return create


def row(tenant, name="clock"):
    with scope.tenant(tenant.id):
        return Connector.objects.select_related("service_account").get(name=name)


def change(connector, **columns):
    with scope.system("test"):
        Connector.objects.filter(id=connector.id).update(**columns)


def add_task(connector, **columns):
    with scope.system("test"):
        return ConnectorTask.objects.create(
            tenant_id=connector.tenant_id, connector=connector, **{"number": 0, **columns}
        )


def test_a_connector_is_made_with_an_account_and_waits_for_a_worker(acme, rival, make):
    make()
    info = connector_info(acme.id, "clock")
    assert (info.kind, info.plugin, info.task_numbers) == ("source", "ticks", ())
    assert info.config == {**TICKS, "name": "clock"}
    assert connector_status(acme.id, "clock").state == State.UNASSIGNED
    assert row(acme).service_account.name == "connect-clock"
    assert connectors_of(rival.id) == []
    with pytest.raises(NotFound):
        connector_info(rival.id, "clock")
    entry = entries_of(acme.id)[0]
    assert (entry.action, entry.object, entry.by) == ("connector.create", "clock", "ann")


def test_names_in_use_and_names_that_will_not_do(acme, rival, make):
    make()
    with pytest.raises(Conflict, match="Connector clock already exists"):
        make()
    create_connector(tenant_id=rival.id, by="bob", name="clock", config=TICKS)
    for name in ("", "a\nb", " a", "x" * 201):
        with pytest.raises(Invalid):
            make(name=name)
    with pytest.raises(Invalid, match="doesn't match"):
        make(name="other", config={**TICKS, "name": "clock"})
    make(name="täglich 7 Uhr")
    name = row(acme, "täglich 7 Uhr").service_account.name
    assert name.startswith("connect-t-glich-7-Uhr-")


def test_an_account_that_a_tenant_made_is_not_taken_over(acme, make):
    create_service_account(tenant_id=acme.id, name="connect-clock", by="ann")
    make()
    assert row(acme).service_account.name.startswith("connect-clock-")


def test_configs_that_will_not_do(make):
    with pytest.raises(Invalid, match="contains no connector type"):
        make(config={})
    with pytest.raises(UnknownPlugin):
        make(config={"connector.class": "os.system"})
    with pytest.raises(InvalidConfig) as refused:
        make(config={**TICKS, "tasks.max": "abc"})
    assert refused.value.faults == [
        ("tasks.max", "Invalid value abc for configuration tasks.max")
    ]  # fmt: skip
    with pytest.raises(Invalid, match="no text"):
        make(config={**TICKS, "tasks.max": 2})
    with pytest.raises(InvalidConfig, match="none is"):
        make(config={**TICKS, "pin": HIDDEN})


def test_secrets_are_sealed_and_never_told(acme, make):
    make(config={**TICKS, **SECRETS})
    made = row(acme)
    assert {connector_info(acme.id, "clock").config[name] for name in SECRETS} == {HIDDEN}
    kept = str(made.config) + made.secrets
    assert not any(secret in kept for secret in SECRETS.values())
    assert kept_secrets(made) == SECRETS


def test_a_hidden_secret_stays_what_it_is(acme, make):
    make(config={**TICKS, **SECRETS})
    told = connector_info(acme.id, "clock").config
    put_config(tenant_id=acme.id, by="ann", name="clock", config={**told, "topic": "other"})
    assert kept_secrets(row(acme)) == SECRETS
    patch_config(tenant_id=acme.id, by="ann", name="clock", changes={"pin": "99", "url": None})
    assert kept_secrets(row(acme)) == {"pin": "99", "headers.Token": "abc"}
    assert "url" not in connector_info(acme.id, "clock").config
    entry = entries_of(acme.id)[0]
    assert (entry.action, entry.detail["changed"]) == ("connector.alter", ["pin", "url"])
    assert "99" not in str(entry.detail)


def test_secrets_of_another_connector_do_not_open(acme, make):
    make(config={**TICKS, **SECRETS})
    make(name="thief")
    change(row(acme, "thief"), secrets=row(acme).secrets)
    assert kept_secrets(row(acme, "thief")) == {}


def test_a_config_that_changes_asks_for_tasks_and_one_that_does_not_does_nothing(acme, make):
    change(make(), configured_version=1, state=State.RUNNING)
    _same, created = put_config(tenant_id=acme.id, by="ann", name="clock", config=TICKS)
    assert (created, row(acme).configured_version) == (False, 1)
    put_config(tenant_id=acme.id, by="ann", name="clock", config={**TICKS, "tasks.max": "3"})
    assert (row(acme).config_version, row(acme).configured_version) == (2, 0)
    _new, created = put_config(tenant_id=acme.id, by="ann", name="second", config=TICKS)
    assert created
    with pytest.raises(Invalid, match="create another"):
        patch_config(
            tenant_id=acme.id, by="ann", name="clock", changes={"connector.class": "shelf"}
        )


def test_pause_resume_and_stop(acme, make):
    connector = make()
    change(connector, configured_version=1, state=State.RUNNING)
    ask = {"tenant_id": acme.id, "by": "ann", "name": "clock"}
    pause_connector(**ask)
    pause_connector(**ask)
    assert connector_status(acme.id, "clock").state == State.PAUSED
    resume_connector(**ask)
    assert connector_status(acme.id, "clock").state == State.RUNNING
    add_task(connector, worker="connect-1")
    add_task(connector, number=1)
    stop_connector(**ask)
    status = connector_status(acme.id, "clock")
    assert status.state == State.RUNNING, "a process is left"
    assert [task.number for task in status.tasks] == [0]
    assert connector_info(acme.id, "clock").task_numbers == ()
    resume_connector(**ask)
    assert row(acme).configured_version == 0
    assert connector_info(acme.id, "clock").target_state == TargetState.RUNNING
    actions = [entry.action for entry in entries_of(acme.id)][:4]
    assert actions == [
        "connector.resume", "connector.stop", "connector.resume", "connector.pause",
    ]  # fmt: skip


def test_a_connector_without_processes_stops_at_once(acme, make):
    add_task(make())
    stop_connector(tenant_id=acme.id, by="ann", name="clock")
    status = connector_status(acme.id, "clock")
    assert (status.state, status.tasks) == (State.STOPPED, ())
    make(name="second", initial_state=TargetState.STOPPED)
    assert statuses_of(acme.id)["second"].state == State.STOPPED


def test_restarting_names_what_is_restarted(acme, make):
    connector = make()
    change(connector, configured_version=1, state=State.RUNNING)
    add_task(connector, state=State.RUNNING)
    add_task(connector, number=1, state=State.FAILED, restarts=4, trace="Boom")
    ask = {"tenant_id": acme.id, "by": "ann", "name": "clock"}

    status = restart_connector(**ask, include_tasks=True, only_failed=True)
    assert status.state == State.RUNNING
    assert [task.state for task in status.tasks] == [State.RUNNING, State.RESTARTING]
    assert (status.tasks[1].restarts, status.tasks[1].trace) == (0, "")
    status = restart_connector(**ask, include_tasks=False, only_failed=False)
    assert (status.state, status.tasks[0].state) == (State.RESTARTING, State.RUNNING)
    restart_task(**ask, number=0)
    assert task_status(acme.id, "clock", 0).state == State.RESTARTING
    with pytest.raises(NotFound, match="Task clock-7 not found"):
        restart_task(**ask, number=7)


def ended(task, failure="it lost its target", failures=9, restart_in_s=60.0):
    end_task(
        task_id=task.id,
        generation=task.generation,
        failure=failure,
        failures=failures,
        restart_in_s=restart_in_s,
    )
    with scope.system("test"):
        return ConnectorTask.objects.get(id=task.id)


def test_a_restart_by_hand_is_not_undone_by_the_failure_of_what_it_replaces(acme, make):
    connector = make()
    change(connector, configured_version=1, state=State.RUNNING)
    task = add_task(connector, state=State.RUNNING, worker="w", revision=3, running_revision=3)
    restart_task(tenant_id=acme.id, by="ann", name="clock", number=0)
    found = ended(task)
    assert (found.state, found.restarts, found.trace) == (State.RESTARTING, 0, "")
    assert found.next_restart_at is None


def test_a_failure_of_the_task_itself_is_followed_by_a_wait(acme, make):
    connector = make()
    task = add_task(connector, state=State.RUNNING, worker="w", revision=3, running_revision=3)
    found = ended(task)
    assert (found.state, found.restarts, found.trace) == (State.FAILED, 9, "it lost its target")
    assert found.next_restart_at > timezone.now()
    # No process of it could be started: that is no outdated one.
    again = ended(found, failures=10)
    assert (again.state, again.restarts) == (State.FAILED, 10)


def test_offsets_of_what_is_resumed_meanwhile_are_not_said_to_be_changed(acme, make):
    make(initial_state=TargetState.STOPPED)
    ask = {"tenant_id": acme.id, "by": "ann", "name": "clock"}
    assert reset_offsets(**ask, ask=lambda _work: []) is None
    told = []

    def resumed(_work):
        resume_connector(**ask)
        told.append("asked")
        return []

    with pytest.raises(Conflict, match="Stop it and change them again"):
        reset_offsets(**ask, ask=resumed)
    with pytest.raises(NotStopped):
        reset_offsets(**ask, ask=resumed)
    assert told == ["asked"]
    # Brokers did as they were asked, so it is in the audit log all the same.
    assert [each.action for each in entries_of(acme.id)].count("connector.reset_offsets") == 2
    with pytest.raises(Invalid, match="offsets of a sink"):
        change_sink_offsets(**ask, ask=resumed, changes={})


def test_task_configs_and_topics(acme, make):
    connector = make(config={**TICKS, "pin": "1234"})
    add_task(connector, config={"table": "a"})
    change(connector, topics=["orders"])
    assert task_configs(acme.id, "clock") == [
        (0, {**TICKS, "name": "clock", "pin": HIDDEN, "table": "a"})
    ]  # fmt: skip
    assert active_topics(acme.id, "clock") == ["orders"]
    reset_topics(tenant_id=acme.id, by="ann", name="clock")
    assert active_topics(acme.id, "clock") == []


def test_a_deleted_connector_takes_its_account_along(acme, make):
    add_task(make())
    delete_connector(tenant_id=acme.id, by="ann", name="clock")
    with scope.system("test"):
        assert not ConnectorTask.objects.exists()
        assert not ServiceAccount.objects.filter(managed=True).exists()
    with pytest.raises(NotFound):
        delete_connector(tenant_id=acme.id, by="ann", name="clock")
    make()


def test_a_connectors_account_is_the_connectors(acme, make):
    make()
    with pytest.raises(Conflict, match="a connector's"):
        delete_service_account(tenant_id=acme.id, name="connect-clock", by="ann")
    with pytest.raises(Conflict, match="a connector's"):
        issue_api_key(tenant_id=acme.id, by="ann", service_account="connect-clock")


def test_a_tenant_has_so_many_connectors_and_no_more(acme, make):
    set_tenant_limits(tenant_id=acme.id, limits={"connectors": 1, "service_accounts": 1}, by="test")
    make()
    with pytest.raises(Conflict, match="1 connectors"):
        make(name="second")
    create_service_account(tenant_id=acme.id, name="app", by="ann")
    used = limits_of(acme.id)
    assert (used["connectors"].used, used["service_accounts"].used) == (1, 1)


def database_url():
    of = connection.settings_dict
    return f"postgresql://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_what_the_operator_s_commands_count_is_of_every_tenant(acme, rival, make):
    make()
    make(name="second")
    create_connector(tenant_id=rival.id, by="bob", name="clock", config=TICKS)
    change(row(acme), state=State.FAILED)
    change(row(acme, "second"), state=State.RUNNING)
    add_task(row(acme), state=State.FAILED)
    add_task(row(acme), state=State.FAILED, number=1, retired=True)
    add_task(row(acme, "second"), state=State.RUNNING)
    for name, silent_s, stopped in (("lives", 0, False), ("ended", 0, True), ("died", 9, False)):
        ConnectWorker.objects.create(
            name=name,
            incarnation=uuid.uuid4(),
            host="h",
            slots=1,
            beat_at=timezone.now() - timedelta(seconds=silent_s),
            stopped=stopped,
            started_at=timezone.now(),
        )

    rows = read_rows(database_url())
    states = document(rows)

    assert states == {
        "workers": ["lives"],
        "connectors": {"FAILED": 1, "RUNNING": 1, "UNASSIGNED": 1},
        "tasks": {"FAILED": 1, "RUNNING": 1},
    }
    assert lines(states) == [
        "Connect workers    lives alive",
        "Connectors         1 FAILED, 1 RUNNING, 1 UNASSIGNED",
        "Their tasks        1 FAILED, 1 RUNNING",
    ]


def test_a_database_that_does_not_answer_has_no_rows():
    assert read_rows("postgresql://nobody:x@127.0.0.1:1/none") is None


def test_a_setting_that_is_no_more_is_left_out_of_what_there_is(acme, rival, make):
    make("with")
    make("without")
    change(row(acme, "with"), config={**TICKS, "s3.part.size": "5242880"})
    migration = import_module("connect.migrations.0004_no_part_size")
    migration.leave_out(apps, None)
    assert row(acme, "with").config == TICKS
    assert row(acme, "without").config == {**TICKS, "name": "without"}
