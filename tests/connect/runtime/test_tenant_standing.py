"""A suspended or deleted tenant has no task running within five seconds; and they come back."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.conf import settings

from connect.selectors.connectors import connector_status
from connect.services.create_connector import create_connector
from connect.services.stop_connector import stop_connector
from connect.states import State
from connect.worker import supervisor
from connect.worker.announcements import Announcements
from connect.worker.limits import CUT_OFF_S
from connect.worker.liveness import BEAT_S
from connect.worker.supervisor import Supervisor
from tenants.services.delete_tenant import delete_tenant
from tenants.services.restore_tenant import restore_tenant
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant
from tenants.transactions import WAIT
from tests.connect.runtime.test_supervisor import SCRIPT, alive
from tests.node.harness import wait_until

WITHIN_S = 5.0
ENDS = [(suspend_tenant, resume_tenant), (delete_tenant, restore_tenant)]
LONG_S = 30.0


def test_a_hint_that_is_lost_costs_less_than_five_seconds():
    """A look that was just missed, one lock that the next one waits for, and the task's own end."""
    lock_s = float(WAIT.removesuffix("s"))
    assert BEAT_S + lock_s + CUT_OFF_S < WITHIN_S


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("end", "give_back"), ENDS)
def test_workers_are_told_of_each_change(acme, end, give_back):
    heard = Announcements()
    heard.open()
    try:
        for verb in (end, give_back):
            verb(tenant_id=acme.id, by="test")
            (notified,) = heard._connection.notifies(timeout=WITHIN_S, stop_after=1)
            assert notified.channel == "headwater_standing"
    finally:
        heard.close()


@contextmanager
def at_work(name):
    """A worker in a thread of its own."""
    worker = Supervisor(name, settings.HEADWATER, 4, SCRIPT)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()


def make(acme, tmp_path, script):
    config = {"connector.class": "ticks", "script": script, "report": str(tmp_path / "report")}
    create_connector(tenant_id=acme.id, by="ann", name="clock", config=config)


def process_of(worker):
    """Its one process, once it runs."""

    def found():
        return [each for each in list(worker._tasks.values()) if each.state is State.RUNNING]

    wait_until(found, "a task that runs")
    return found()[0].child.pid


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("script", ["run", "stubborn"])
@pytest.mark.parametrize(("end", "give_back"), ENDS)
def test_tasks_end_within_five_seconds_and_come_back(acme, tmp_path, end, give_back, script):
    make(acme, tmp_path, script)
    with at_work("connect-1") as worker:
        pid = process_of(worker)
        begun = time.monotonic()
        end(tenant_id=acme.id, by="test")
        wait_until(lambda: not alive(pid), "the task has ended")
        assert time.monotonic() - begun < WITHIN_S
        wait_until(lambda: not worker._tasks, "nothing runs")
        begun = time.monotonic()
        give_back(tenant_id=acme.id, by="test")
        wait_until(lambda: worker._tasks, "a process was started")
        assert time.monotonic() - begun < WITHIN_S
        assert process_of(worker) != pid


@pytest.fixture
def worker(db, acme, tmp_path):
    """A worker that is driven a step at a time, with one task that does not want to end."""
    made = Supervisor("connect-1", settings.HEADWATER, 4, SCRIPT)
    make(acme, tmp_path, "stubborn")

    def runs():
        made._look_at = min(made._look_at, time.monotonic() + 0.02)
        made.step()
        (*tasks,) = connector_status(acme.id, "clock").tasks
        return [each.state for each in tasks] == [State.RUNNING]

    wait_until(runs, "a task that runs")
    yield made
    for process in made._tasks.values():
        process.child.kill()
    made._announcements.close()


def step_to_the_end(worker):
    """From the next look on, without another one."""
    worker._look_at = 0.0
    wait_until(lambda: worker.step() or not worker._tasks, "it has ended")


def test_it_is_ended_when_its_time_is_over_and_not_at_the_next_look(worker, acme, monkeypatch):
    for name, seconds in (("CUT_OFF_S", 0.2), ("STOP_S", LONG_S), ("BEAT_S", LONG_S)):
        monkeypatch.setattr(supervisor, name, seconds)
    suspend_tenant(tenant_id=acme.id, by="test")
    step_to_the_end(worker)


def test_one_that_was_told_to_end_before_has_less_time_from_then_on(worker, acme, monkeypatch):
    for name, seconds in (("CUT_OFF_S", 0.2), ("STOP_S", LONG_S)):
        monkeypatch.setattr(supervisor, name, seconds)
    stop_connector(tenant_id=acme.id, by="ann", name="clock")
    worker._look_at = 0.0
    worker.step()
    (process,) = worker._tasks.values()
    assert process.stop_by - time.monotonic() > LONG_S / 2
    suspend_tenant(tenant_id=acme.id, by="test")
    step_to_the_end(worker)
