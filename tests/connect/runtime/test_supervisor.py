"""A worker with real processes and real rows, driven a step at a time.

The processes are those of ``scripted_task.py``; what they do is in their connector's config.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError

from connect.models import Connector, ConnectorTask
from connect.selectors.connectors import active_topics, connector_status, task_configs
from connect.selectors.task_logs import task_log
from connect.services.create_connector import create_connector
from connect.services.delete_connector import delete_connector
from connect.services.patch_config import patch_config
from connect.services.pause_connector import pause_connector
from connect.services.restart_task import restart_task
from connect.services.resume_connector import resume_connector
from connect.services.stop_connector import stop_connector
from connect.states import NO_ROOM, NO_WORKER, State, TargetState
from connect.worker import liveness, supervisor
from connect.worker.limits import LOG_LINES_PER_FLUSH
from connect.worker.supervisor import Replaced, Supervisor
from streaming.cell.program import PYTHON
from tenants import scope
from tenants.models import Acl, ApiKey, Change, ServiceAccount, UsageBy, UsageStep
from tenants.selectors.api_keys import authenticate_api_key
from tenants.selectors.audit_log import AuditFilter, entries_of
from tenants.selectors.usage import usage_by, usage_of
from tenants.services.resume_tenant import resume_tenant
from tenants.services.set_tenant_limits import set_tenant_limits
from tenants.services.suspend_tenant import suspend_tenant
from tenants.usage_export import document

SCRIPT = (PYTHON, str(Path(__file__).with_name("scripted_task.py")))
PATIENCE_S = 60


class Workers:
    """Supervisors that take turns in the test's own thread, and in its transaction."""

    def __init__(self):
        self.all = []

    def add(self, name="connect-1", slots=8):
        made = Supervisor(name, settings.HEADWATER, slots, SCRIPT)
        self.all.append(made)
        return made

    def until(self, reached):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := reached()):
            assert time.monotonic() < deadline, "it did not come to that"
            for each in self.all:
                each._look_at = min(each._look_at, time.monotonic() + 0.02)
                each.step()
        return found

    def kill(self, worker):
        """As kill -9: it does nothing any more, and its processes die with it."""
        self.all.remove(worker)
        for process in worker._tasks.values():
            process.child.kill()


@pytest.fixture
def workers(db, monkeypatch):
    monkeypatch.setattr(supervisor, "FIGURES_S", 0.1)
    monkeypatch.setattr(supervisor, "delay_s", lambda failures: 0.05 * failures)
    found = Workers()
    yield found
    for each in found.all:
        for process in [*each._tasks.values(), *each._attempts.values()]:
            process.child.kill()
        each._announcements.close()


@pytest.fixture
def short_lease(monkeypatch):
    # Long enough for a step of each of them, which starts processes, on a busy machine.
    monkeypatch.setattr(liveness, "LEASE_S", 2.0)


@pytest.fixture
def reports(tmp_path):
    """What the processes were given, one document each, in the order of their starts."""
    path = tmp_path / "report"

    def read():
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    read.path = path
    return read


@pytest.fixture
def make(acme, reports):
    def create(script="run", name="clock", plugin="ticks", **config):
        given = {"connector.class": plugin, "script": script, "report": str(reports.path)}
        create_connector(tenant_id=acme.id, by="ann", name=name, config={**given, **config})

    return create


@pytest.fixture
def status(acme):
    return lambda name="clock": connector_status(acme.id, name)


def states(status):
    return [status.state, *(task.state for task in status.tasks)]


def running(status, count=1):
    return lambda: states(status()) == [State.RUNNING] * (1 + count)


def alive(pid):
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # Gone before, or while it is read.
        return False
    return "\nState:\tZ" not in told


@pytest.fixture
def worker_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "bytecode"))
    monkeypatch.setenv("SOMETHING_OF_THE_WORKER", "a task is not told of it")


@pytest.mark.usefixtures("worker_environment")
def test_a_connector_runs_in_bare_processes_with_keys_of_their_own(
    acme, workers, make, status, reports
):
    workers.add()
    make(parts="2", **{"tasks.max": "5", "pin": "1234"})
    workers.until(running(status, 2))
    workers.until(lambda: active_topics(acme.id, "clock"))

    first, second = sorted(reports(), key=lambda given: given["task"])
    assert first["config"]["pin"] == "1234"
    assert (first["task_config"], first["generation"]) == ({"part": "0 of 2"}, 2)
    assert first["kafka"]["security.protocol"] == settings.HEADWATER.security_protocol
    assert second["transactional_id"] == "connect-clock-1"
    key = authenticate_api_key(first["kafka"]["sasl.username"], first["kafka"]["sasl.password"])
    assert key.principal == "User:connect-clock"
    assert first["kafka"]["sasl.username"] != second["kafka"]["sasl.username"]
    told = set(first["environment"])
    assert told <= {
        *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONUNBUFFERED"),
        "PYTHONPYCACHEPREFIX",
        *("MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    }
    assert "PYTHONPYCACHEPREFIX" in told, "a task would compile again what its worker has compiled"
    secrets = settings.HEADWATER.secrets
    assert secrets.database_service_password not in json.dumps(first)
    assert active_topics(acme.id, "clock") == ["orders"]
    with scope.tenant(acme.id):
        patterns = {(acl.pattern_type, acl.resource_name) for acl in Acl.objects.all()}
    assert {("literal", "orders"), ("prefixed", "pre-"), ("literal", "connect-offsets")} <= patterns
    assert [number for number, _config in task_configs(acme.id, "clock")] == [0, 1]
    assert {entry.action for entry in entries_of(acme.id)} >= {"connector_task.start"}
    told_of = workers.until(lambda: status().tasks[0].metrics.get("records") and status().tasks[0])
    assert (told_of.worker_id, told_of.metrics["rss_bytes"] > 0) == ("connect-1", True)


def refusals(tenant):
    wanted = AuditFilter(outcome="refused")
    return [
        (entry.by, entry.action, entry.object, entry.detail)
        for entry in entries_of(tenant.id, wanted=wanted)
    ]


@pytest.mark.usefixtures("worker_environment")
def test_what_a_task_may_not_reach_is_in_the_audit_log_once(acme, rival, workers, make, status):
    worker = workers.add()
    make("reaching")
    workers.until(running(status))
    (entry,) = workers.until(lambda: refusals(acme))
    by, action, target, detail = entry
    assert (by, action, target) == ("User:connect-clock", "connector.reach", "10.0.0.1:9200")
    assert detail["worker"] == "connect-1"
    # What came after the first was told is gathered, and told by a worker that leaves.
    worker.leave()
    workers.all.remove(worker)
    assert sum(detail["count"] for *_, detail in refusals(acme)) == 3
    assert {found[:3] for found in refusals(acme)} == {(by, action, target)}
    assert refusals(rival) == []


@pytest.mark.usefixtures("worker_environment")
@pytest.mark.parametrize(
    ("script", "entry"),
    [
        ("unreachable", ("connector.reach", "10.0.0.1:5432")),
        ("misconfigured", ("connector_task.start", "clock-0")),
    ],
)
def test_why_a_connector_does_not_start_is_in_the_audit_log(acme, workers, make, script, entry):
    worker = workers.add()
    make(script)
    workers.until(lambda: refusals(acme))
    workers.until(lambda: any(row.restarts > 2 for row in failing(acme)))
    worker.leave()
    workers.all.remove(worker)
    told = refusals(acme)
    assert {found[:3] for found in told} == {("User:connect-clock", *entry)}
    assert len(told) == 2, "the first, and those that were tried again"


def failing(tenant):
    with scope.tenant(tenant.id):
        return [*Connector.objects.all(), *ConnectorTask.objects.all()]


@pytest.mark.usefixtures("worker_environment")
def test_more_tasks_than_a_tenant_may_have_are_in_the_audit_log(acme, workers, make):
    set_tenant_limits(tenant_id=acme.id, by="test", limits={"connector_tasks": 1})
    workers.add()
    make(parts="2", **{"tasks.max": "2"})
    ((by, action, limit, _detail),) = workers.until(lambda: refusals(acme))
    assert (by, action, limit) == ("User:connect-clock", "quota.refuse", "connector_tasks")


def test_pause_resume_stop_and_start_again(acme, workers, make, status, reports):
    workers.add()
    make()
    ask = {"tenant_id": acme.id, "by": "ann", "name": "clock"}
    workers.until(running(status))
    pause_connector(**ask)
    workers.until(lambda: states(status()) == [State.PAUSED] * 2)
    resume_connector(**ask)
    workers.until(running(status))
    assert len(reports()) == 1, "the same process all the time"
    stop_connector(**ask)
    workers.until(lambda: states(status()) == [State.STOPPED])
    with scope.tenant(acme.id):
        assert not ApiKey.objects.exists()
    resume_connector(**ask)
    workers.until(running(status))
    assert len(reports()) == 2


def test_a_new_config_starts_tasks_anew_and_ends_those_that_are_no_more(
    acme, workers, make, status, reports
):
    workers.add()
    make(parts="3", **{"tasks.max": "3"})
    workers.until(running(status, 3))
    patch_config(tenant_id=acme.id, by="ann", name="clock", changes={"parts": "1"})
    workers.until(lambda: len(reports()) == 4 and running(status)())
    assert reports()[-1]["config"]["parts"] == "1"
    restart_task(tenant_id=acme.id, by="ann", name="clock", number=0)
    workers.until(lambda: len(reports()) == 5 and running(status)())


def test_a_task_that_fails_says_why_and_is_started_again(acme, workers, make, status, reports):
    workers.add()
    make("fail")
    workers.until(lambda: len(reports()) >= 3)
    workers.until(lambda: status().tasks[0].state == State.FAILED)
    failed = status().tasks[0]
    assert failed.trace.endswith("ValueError: bad offset")
    assert failed.restarts >= 2
    assert status().state == State.RUNNING
    names = [given["kafka"]["sasl.username"] for given in reports()]
    assert len(set(names)) == len(names)
    workers.until(lambda: "giving up" in [line.message for line in task_log(acme.id, "clock", 0)])
    patch_config(tenant_id=acme.id, by="ann", name="clock", changes={"script": "run"})
    assert not status().is_current
    workers.until(lambda: status().is_current)
    # The failure was the former config's, and is told no more.
    assert status().tasks[0].state != State.FAILED
    workers.until(running(status))
    assert status().tasks[0].restarts == 0
    assert status().tasks[0].trace == ""


def test_a_process_that_dies_without_a_word_is_a_failure(workers, make, status):
    workers.add()
    make("die")
    workers.until(lambda: status().tasks and status().tasks[0].state == State.FAILED)
    trace = status().tasks[0].trace
    assert "ended by signal SIGKILL" in trace
    assert "Segmentation fault, as it were" in trace


def test_a_task_that_does_not_stop_is_ended(monkeypatch, acme, workers, make, status):
    monkeypatch.setattr(supervisor, "STOP_S", 0.2)
    worker = workers.add()
    make("stubborn")
    workers.until(running(status))
    (process,) = worker._tasks.values()
    stop_connector(tenant_id=acme.id, by="ann", name="clock")
    workers.until(lambda: states(status()) == [State.STOPPED])
    assert not alive(process.child.pid)


def test_a_task_that_takes_too_much_memory_is_ended(monkeypatch, workers, make, status):
    monkeypatch.setenv("HEADWATER_CONNECT_TASK_MEMORY", "300")
    workers.add()
    make()
    workers.until(running(status))
    monkeypatch.setenv("HEADWATER_CONNECT_TASK_MEMORY", "1")
    workers.until(lambda: status().tasks[0].state == State.FAILED)
    assert "MiB of memory" in status().tasks[0].trace


def held(process):
    return "\nState:\tT" in Path(f"/proc/{process.child.pid}/status").read_text()


def test_a_task_that_takes_too_much_processor_time_is_held_to_its_share(
    monkeypatch, acme, workers, make, status
):
    monkeypatch.setenv("HEADWATER_CONNECT_TASK_CPU", "0.2")
    worker = workers.add()
    make("busy")
    workers.until(running(status))
    (process,) = worker._tasks.values()
    workers.until(lambda: held(process))
    workers.until(lambda: not held(process))
    workers.until(lambda: held(process))
    said = workers.until(lambda: [line.message for line in task_log(acme.id, "clock", 0)])
    assert said == ["it is slowed down to the 0.2 cores that a task may use"]
    stop_connector(tenant_id=acme.id, by="ann", name="clock")
    workers.until(lambda: states(status()) == [State.STOPPED])
    assert not alive(process.child.pid)


def test_one_that_does_little_is_not_held(monkeypatch, workers, make, status):
    monkeypatch.setenv("HEADWATER_CONNECT_TASK_CPU", "0.2")
    worker = workers.add()
    make()
    workers.until(running(status))
    (process,) = worker._tasks.values()
    looked = process.share.looked_at
    workers.until(lambda: process.share.looked_at > looked)
    assert process.share.used_s > 0.0
    assert process.share.held_until is None
    assert not held(process)


@pytest.mark.parametrize("cores", ["0", "-1", "nan", "inf", "two"])
def test_a_share_that_is_none_is_an_error(monkeypatch, cores):
    monkeypatch.setenv("HEADWATER_CONNECT_TASK_CPU", cores)
    with pytest.raises(ValueError, match=r"HEADWATER_CONNECT_TASK_CPU|two"):
        Supervisor("connect-1", settings.HEADWATER, 1, SCRIPT)


@pytest.mark.parametrize("mib", ["0", "-1", "1.5", "much", ""])
def test_a_disk_that_is_none_is_an_error(monkeypatch, mib):
    monkeypatch.setenv("HEADWATER_CONNECT_TASK_DISK", mib)
    with pytest.raises(ValueError, match=r"HEADWATER_CONNECT_TASK_DISK is .* MiB above 0"):
        Supervisor("connect-1", settings.HEADWATER, 1, SCRIPT)


def test_a_connector_that_cannot_make_its_tasks_says_why(acme, workers, make, status):
    workers.add()
    make("unmade")
    workers.until(lambda: status().restarts >= 2)
    assert (status().state, status().tasks) == (State.FAILED, ())
    assert status().trace.startswith("no such table: orders\nTraceback")
    patch_config(tenant_id=acme.id, by="ann", name="clock", changes={"script": "run"})
    workers.until(running(status))
    assert status().trace == ""


def test_more_tasks_than_the_tenant_may_have_are_refused(acme, workers, make, status):
    set_tenant_limits(tenant_id=acme.id, limits={"connector_tasks": 2}, by="test")
    workers.add()
    make()
    workers.until(running(status))
    make(name="second", parts="2", **{"tasks.max": "2"})
    workers.until(lambda: status("second").state == State.FAILED)
    assert "may have 2 connector tasks" in status("second").trace
    assert running(status)()


def test_tasks_that_cannot_be_kept_are_not_made_again_at_once(acme, workers, make, status):
    workers.add()
    make("senseless")
    workers.until(lambda: status().state == State.FAILED and status().restarts > 1)
    assert "its tasks could not be kept" in status().trace
    with scope.tenant(acme.id):
        (row,) = Connector.objects.all()
    assert (row.configuring, row.next_restart_at is not None) == (False, True)


def test_a_deleted_connectors_process_ends(acme, workers, make, status):
    worker = workers.add()
    make()
    workers.until(running(status))
    (process,) = worker._tasks.values()
    delete_connector(tenant_id=acme.id, by="ann", name="clock")
    workers.until(lambda: not worker._tasks)
    assert not alive(process.child.pid)


def test_a_suspended_tenants_tasks_end_and_come_back(acme, workers, make, status, reports):
    worker = workers.add()
    make()
    workers.until(running(status))
    suspend_tenant(tenant_id=acme.id, by="test")
    workers.until(lambda: not worker._tasks and status().tasks[0].state == State.UNASSIGNED)
    resume_tenant(tenant_id=acme.id, by="test")
    workers.until(running(status))
    assert len(reports()) == 2


def test_tasks_of_a_worker_that_died_are_anothers_and_its_keys_end_first(
    short_lease, workers, make, status, reports
):
    first, second = workers.add(), workers.add("connect-2")
    make(parts="4", **{"tasks.max": "4"})
    workers.until(running(status, 4))
    workers.until(lambda: len(second._tasks) == len(first._tasks) == 2)
    workers.kill(first)
    workers.until(lambda: {task.worker_id for task in status().tasks} == {"connect-2"})
    workers.until(running(status, 4))
    with scope.system("test"):
        live = {key.key_id for key in ApiKey.objects.all()}
        changes = list(Change.objects.filter(kind="credential").order_by("number"))
    lost = {p.begun.key_id for p in first._tasks.values()}
    assert len(live) == 4
    assert not live & lost
    ended = {change.key: change.number for change in changes if change.payload is None}
    began = {change.key: change.number for change in changes if change.payload is not None}
    later = [given["kafka"]["sasl.username"] for given in reports()[-2:]]
    assert max(ended[key] for key in lost) < min(began[key] for key in later)


@pytest.mark.usefixtures("short_lease")
def test_tasks_that_find_no_room_say_so_and_run_as_soon_as_there_is_some(
    acme, workers, make, status
):
    """Workers die one after the other while the others have all that they may."""
    first, second = workers.add(slots=2), workers.add("connect-2", slots=2)
    make(parts="4", **{"tasks.max": "4"})
    workers.until(running(status, 4))
    lost = {process.begun.key_id for process in first._tasks.values()}
    workers.kill(first)

    def waiting():
        return [task for task in status().tasks if task.state == State.UNASSIGNED]

    workers.until(lambda: len(waiting()) == 2 and len(second._tasks) == 2)
    assert {(task.worker_id, task.trace) for task in waiting()} == {("", NO_ROOM)}
    assert len([task for task in status().tasks if task.state == State.RUNNING]) == 2
    with scope.system("test"):
        assert not lost & {key.key_id for key in ApiKey.objects.all()}
        before = {row.number: row.generation for row in ConnectorTask.objects.all()}
    # It is said once: nothing is written of them while nothing changes.
    looks = []
    workers.until(lambda: looks.append(1) or len(looks) > 20)
    with scope.system("test"):
        assert {row.number: row.generation for row in ConnectorTask.objects.all()} == before

    third = workers.add(slots=2)
    workers.until(running(status, 4))
    assert {task.trace for task in status().tasks} == {""}
    # The next one dies, and there is room again by a task that goes.
    make(name="small")
    workers.until(lambda: len(status("small").tasks) == 1)
    workers.until(lambda: status("small").tasks[0].trace == NO_ROOM)
    workers.kill(second)
    workers.until(lambda: len(waiting()) == 2)
    patch_config(tenant_id=acme.id, by="ann", name="clock", changes={"parts": "2"})
    delete_connector(tenant_id=acme.id, by="ann", name="small")
    workers.until(running(status, 2))
    assert len(third._tasks) == 2


def test_what_nobody_can_run_says_so(workers, make, status):
    make()
    assert (status().state, status().trace) == (State.UNASSIGNED, NO_WORKER)
    workers.add()
    workers.until(running(status))
    assert status().trace == ""


def test_a_worker_that_comes_takes_its_part_and_one_that_leaves_gives_it_back(
    acme, workers, make, status
):
    first = workers.add()
    make(parts="4", **{"tasks.max": "4"})
    workers.until(running(status, 4))
    second = workers.add("connect-2")
    workers.until(lambda: len(second._tasks) == 2 and running(status, 4)())
    second.leave()
    workers.all.remove(second)
    workers.until(lambda: len(first._tasks) == 4 and running(status, 4)())


def test_a_zombie_is_not_heard_and_one_of_the_same_name_gives_way(
    acme, workers, make, status, reports
):
    first = workers.add()
    make()
    workers.until(running(status))
    workers.all.remove(first)
    workers.add()
    workers.until(lambda: len(reports()) == 2 and running(status)())
    (zombie,) = first._tasks.values()
    first._report_end(zombie, "it says that it failed", 1.0)
    first._write_all()
    assert running(status)()
    with pytest.raises(Replaced):
        first._look_at_rows()
    zombie.child.kill()


def test_processes_go_on_while_postgresql_is_away(monkeypatch, workers, make, status):
    worker = workers.add()
    make()
    workers.until(running(status))
    (process,) = worker._tasks.values()

    def away(*_):
        raise OperationalError("the server closed the connection unexpectedly")

    # The test's transaction lives in this connection.
    monkeypatch.setattr(
        type(supervisor.connection._connections["default"]), "close", lambda _: None
    )
    with monkeypatch.context() as context:
        context.setattr(supervisor, "beat", away)
        worker._look_at = 0.0
        worker.step()
        assert worker._away
        assert alive(process.child.pid)
    worker._look_at = 0.0
    worker.step()
    assert not worker._away
    assert running(status)()


def test_what_a_task_says_is_kept_within_bounds(acme, workers, make, status):
    workers.add()
    make("chatty")
    workers.until(running(status))
    lines = workers.until(lambda: task_log(acme.id, "clock", 0, limit=2000))
    assert len(lines) <= 500
    assert any("left out" in line.message for line in lines)
    assert len(lines) <= LOG_LINES_PER_FLUSH + 1


def test_the_time_that_tasks_ran_is_used(acme, workers, make, status):
    begun = time.monotonic()
    worker = workers.add()
    make()
    with scope.tenant(acme.id):
        (account,) = ServiceAccount.objects.filter(managed=True)
    workers.until(running(status))
    (process,) = worker._tasks.values()
    process.accounted_at -= 90
    # The hour and the day may have ended since: then there are two, or the one before.
    workers.until(lambda: usage_of(acme.id, days=2))
    ran_s = sum(each.connector_task_seconds for each in usage_of(acme.id, days=2))
    # And for as long as it ran itself.
    assert 90 <= ran_s <= 91 + time.monotonic() - begun
    since = datetime.now(UTC) - timedelta(hours=2)
    of_account = usage_by(acme.id, UsageBy.PRINCIPAL, UsageStep.HOUR, since, None)
    told = [document(each) for each in of_account]
    assert {each["name"] for each in told} == {f"User:{account.name}"}
    assert sum(each["connector_task_seconds"] for each in told) == ran_s


def test_a_connector_created_paused_or_stopped_starts_nothing(acme, workers, reports, status):
    workers.add()
    for target in (TargetState.PAUSED, TargetState.STOPPED):
        create_connector(
            tenant_id=acme.id, by="ann", name=target.lower(),
            config={"connector.class": "ticks", "report": str(reports.path)}, initial_state=target,
        )  # fmt: skip
    create_connector(
        tenant_id=acme.id, by="ann", name="clock",
        config={"connector.class": "ticks", "report": str(reports.path)},
    )  # fmt: skip
    workers.until(running(status))
    assert [states(status("paused")), states(status("stopped"))] == [["PAUSED"], ["STOPPED"]]
    with scope.system("test"):
        assert ConnectorTask.objects.count() == 1
        assert Connector.objects.filter(configuring=True).count() == 0
