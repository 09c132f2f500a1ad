"""Files of a task on the worker's disk: bounded all together, and gone when they are closed."""

import errno

import pytest

from connect.connectors import scratch
from connect.connectors.scratch import SETTING, scratch_file
from connect.spi.errors import ConnectError
from connect.worker.child import bare_environment
from tests.connect.harness import sink_record
from tests.connect.objects.test_uploads import P0, name, opened, started

MIB = 2**20


@pytest.fixture(autouse=True)
def space(monkeypatch):
    """Of this test alone: files of others in this process may still be open."""
    mine = scratch._Space()
    monkeypatch.setattr(scratch, "_SPACE", mine)
    return mine


@pytest.fixture
def one_mib(monkeypatch):
    monkeypatch.setenv(SETTING, "1")


def test_files_are_bounded_together_and_what_is_closed_counts_no_more(space, one_mib):
    first, second = scratch_file("a-"), scratch_file("b-")
    first.write(b"x" * (MIB // 2))
    second.write(b"x" * (MIB // 4))
    first.flush()
    second.flush()
    with pytest.raises(OSError, match=f"1 MiB of it \\({SETTING}\\)") as refused:
        second.write(b"x" * (MIB // 2))
    assert refused.value.errno == errno.EDQUOT
    first.close()
    with scratch_file("c-") as third:
        third.write(b"x" * (MIB // 2))
        # Written again it takes no more.
        third.seek(0)
        third.write(b"y" * (MIB // 2))
        third.seek(0)
        assert third.read(1) == b"y"
    with pytest.raises(OSError, match="MiB"):
        second.write(b"x" * MIB)
    second.close()
    assert space._used == 0


def test_a_file_has_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    with scratch_file("a-") as file:
        file.write(b"x")
        assert list(tmp_path.iterdir()) == []


def test_a_file_that_nothing_closes_is_closed_before_it_takes_too_much(monkeypatch):
    monkeypatch.setenv(SETTING, "8")
    task, _ = started(store := opened(), flush_size="1000000", spool_bytes_max=str(2**40))
    text = "x" * (MIB // 2)
    for n in range(20):
        task.put([sink_record({"text": text}, offset=n)])
    assert name(0) in store.objects
    task.close([P0])


def test_a_batch_beyond_it_fails_the_task_and_no_record(space, monkeypatch):
    monkeypatch.setenv(SETTING, "2")
    task, context = started(opened(), flush_size="1000000")
    text = "x" * MIB
    with pytest.raises(ConnectError, match=f"disk takes no more records.*{SETTING}"):
        task.put([sink_record({"text": text}, offset=n) for n in range(4)])
    assert context.reported == []
    task.close([P0])
    assert space._used == 0


def test_a_tasks_process_is_told(one_mib):
    assert bare_environment()[SETTING] == "1"
