"""What the doctor says of Connect."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from connect.models import ConnectWorker
from connect.worker import liveness
from streaming.cell import connect_rows
from streaming.cell.connect_findings import (
    TO_START_S,
    files_folder,
    once_started,
    workers_and_tasks,
)
from streaming.cell.connect_rows import ConnectRows


def rows_of(silent_s):
    return ConnectRows(silent_s, connectors={}, tasks={})


def examined(silent_s, *, expected, tasks=(), connectors=()):
    rows = ConnectRows(silent_s, connectors=dict(connectors), tasks=dict(tasks))
    return list(workers_and_tasks(rows, expected))


def test_the_lease_is_the_one_that_workers_give_each_other():
    assert connect_rows.LEASE_S == liveness.LEASE_S


@pytest.mark.parametrize(
    ("silent_s", "expected", "good", "found"),
    [
        ({"connect-1": 0.4}, 1, True, "connect-1 alive"),
        ({}, 1, False, "none alive"),
        ({"connect-1": 60.0}, 1, False, "none alive; no sign of life from connect-1"),
        ({"a": 1.0, "b": 9.0}, 1, True, "a alive; no sign of life from b"),
        ({"a": 1.0, "b": 9.0}, 2, False, "a alive; no sign of life from b"),
        ({"b": 9.0}, 0, True, "none wanted (--connect-workers 0)"),
    ],
)
def test_workers_are_alive_while_their_lease_runs(silent_s, expected, good, found):
    workers, _ = examined(silent_s, expected=expected)

    assert (workers.good, workers.found) == (good, found)


def test_a_worker_that_has_just_been_started_is_waited_for():
    looks = [rows_of({}), rows_of({"a": 9.0}), rows_of({"a": 0.1})]
    found = once_started(lambda: looks.pop(0), 1, lambda: 3)

    assert (found.alive(), looks) == (["a"], [])


@pytest.mark.parametrize("youngest_s", [None, TO_START_S])
def test_a_worker_that_had_its_time_or_has_no_process_is_not_waited_for(youngest_s):
    looks = [rows_of({})]

    assert once_started(lambda: looks.pop(0), 1, lambda: youngest_s).alive() == []


def test_what_failed_is_told_with_where_to_look():
    _, connectors = examined(
        {"a": 0.0},
        expected=1,
        tasks={"FAILED": 2, "RUNNING": 7},
        connectors={"FAILED": 1, "PAUSED": 3},
    )

    assert connectors.good, "what a tenant has to mend fails no operator's check"
    assert connectors.found.startswith("1 connectors and 2 tasks failed")
    assert "./headwater connectors" in connectors.found


def test_the_folder_of_files_must_be_there(tmp_path):
    assert files_folder({}).good
    assert files_folder({"HEADWATER_CONNECT_FILES": str(tmp_path)}).good
    missing = files_folder({"HEADWATER_CONNECT_FILES": str(tmp_path / "none")})
    assert (missing.good, missing.found) == (False, f"{tmp_path / 'none'} is no folder")


@pytest.mark.django_db(transaction=True)
def test_rows_are_read_as_the_service_role_reads_them():
    now = timezone.now()
    for name, stopped in (("lives", False), ("ended", True)):
        ConnectWorker.objects.create(
            name=name,
            incarnation=uuid.uuid4(),
            host="h",
            slots=1,
            beat_at=now - timedelta(seconds=100),
            stopped=stopped,
            started_at=now,
        )
    of = connection.settings_dict
    url = f"postgresql://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"

    rows = connect_rows.read_rows(url)

    assert list(rows.silent_s) == ["lives"]
    assert 99 < rows.silent_s["lives"] < 130
    assert (rows.tasks, rows.connectors) == ({}, {})
