"""Each record is one line of the sink's file, wherever its process dies."""

import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect.connectors.files import sink as file_sink
from connect.connectors.files.folder import SETTING
from connect.connectors.files.sink import FileSink, FileSinkTask
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.records import TopicPartition
from tests.connect.harness import FakeSinkContext, in_runs, sink_record

PLACES = [TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("u", 0)]
P0 = PLACES[0]
ALL = 30


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SETTING, str(tmp_path))
    return tmp_path


def started(connector: str = "tested", file: str = "out") -> FileSinkTask:
    task = FileSinkTask()
    task.start(FileSink.config.parse({"file": file}), FakeSinkContext(connector_name=connector))
    task.open(PLACES)
    return task


def records(first: int, count: int, place: TopicPartition = P0):
    return [
        sink_record(f"{place.topic}{place.partition}-{at}", topic=place.topic,
                    partition=place.partition, offset=at)
        for at in range(first, first + count)
    ]  # fmt: skip


def lines(folder: Path) -> list[str]:
    return (folder / "out").read_text().splitlines()


@dataclass
class Group:
    """A consumer with its group's offsets, and a task that may die."""

    folder: Path
    by_columns: bool
    committed: dict[TopicPartition, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.task = started()
        self.position = dict(self.committed)

    def put(self, place: TopicPartition, count: int) -> None:
        first = self.position.get(place, 0)
        batch = records(first, min(count, ALL - first), place)
        self.task.put(in_runs(batch) if self.by_columns else batch)
        self.position[place] = first + len(batch)

    def flush(self, *, is_committed: bool, is_told: bool) -> None:
        """Committed or lost on the way; and the answer may be lost as well."""
        allowed = self.task.flush(dict(self.position))
        if is_committed:
            self.committed.update(allowed)
            if is_told:
                self.task.committed(allowed)

    def crash(self, torn: bytes) -> None:
        """With some of a write that was under way."""
        self.task.stop()
        with (self.folder / "out").open("ab") as file:
            file.write(torn)
        self.begin()


steps = st.lists(
    st.tuples(st.just("put"), st.sampled_from(PLACES), st.integers(0, 7))
    | st.tuples(st.just("flush"), st.booleans(), st.booleans())
    | st.tuples(st.just("crash"), st.binary(max_size=5), st.none()),
    max_size=30,
)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps, by_columns=st.booleans())
def test_each_record_is_one_line_wherever_the_task_dies(folder, steps, by_columns) -> None:
    for each in folder.iterdir():
        each.unlink()
    group = Group(folder, by_columns)
    for what, first, second in steps:
        if what == "put":
            group.put(first, second)
        elif what == "flush":
            group.flush(is_committed=first, is_told=second)
        else:
            group.crash(first)
    for place in PLACES:
        group.put(place, ALL)
    group.flush(is_committed=True, is_told=True)
    group.task.stop()
    found = lines(folder)
    for place in PLACES:
        name = f"{place.topic}{place.partition}-"
        own = [line for line in found if line.startswith(name)]
        assert own == [f"{name}{at}" for at in range(ALL)]
    assert len(found) == ALL * len(PLACES)


def test_a_partition_that_is_set_back_is_written_again(folder) -> None:
    task = started()
    task.put(records(0, 10))
    task.committed(task.flush({P0: 10}))
    task.stop()
    task = started()
    task.put(records(4, 2))
    task.stop()
    # The lines were in no flush: they come again, and are wanted again.
    task = started()
    task.put(records(4, 8))
    task.committed(task.flush({P0: 12}))
    task.stop()
    task = started()
    task.put(records(12, 1))
    task.flush({P0: 13})
    task.stop()
    assert lines(folder) == [f"t0-{at}" for at in (*range(10), *range(4, 13))]


def test_lines_before_the_first_flush_go_with_the_crash(folder) -> None:
    (folder / "out").write_text("somebody's\n")
    task = started()
    task.put(records(5, 3))
    task.stop()
    task = started()
    task.put(records(5, 1))
    task.stop()
    assert lines(folder) == ["somebody's", "t0-5"]


@pytest.mark.parametrize("change", ["cut", "removed", "another"])
def test_a_file_that_somebody_has_changed_is_gone_on_with(folder, change) -> None:
    task = started()
    task.put(records(0, 3))
    task.committed(task.flush({P0: 3}))
    task.stop()
    if change == "cut":
        os.truncate(folder / "out", 5)
    else:
        # Both are there for a moment, so that they are two.
        (folder / "new").write_text("new\n" * 100 if change == "another" else "")
        (folder / "new").rename(folder / "out")
    before = lines(folder)
    for _ in range(2):
        task = started()
        task.put(records(3, 2))
        task.stop()  # No flush: the same again.
    assert lines(folder) == [*before, "t0-3", "t0-4"]


def test_another_connector_begins_anew_in_the_same_file(folder) -> None:
    for connector in ("one", "other"):
        task = started(connector)
        task.put(records(0, 2))
        task.flush({P0: 2})
        task.stop()
    assert lines(folder) == ["t0-0", "t0-1"] * 2


def test_two_tasks_never_write_one_file(folder, monkeypatch) -> None:
    assert FileSink(FileSink.config.parse({"file": "out"})).task_configs(4) == [{}]
    first = started()
    monkeypatch.setattr(file_sink, "LOCK_S", 0.0)
    with pytest.raises(ConnectError, match="another task writes file='out'"):
        started()
    first.stop()
    started().stop()


def test_a_batch_is_written_as_a_whole_or_not_at_all(folder, monkeypatch) -> None:
    task = started()
    task.put(records(0, 1))
    with pytest.raises(DataError):
        task.put([*records(1, 1), sink_record(object(), offset=2)])
    write = os.write

    def full(file, data):
        """The disk takes a few bytes more."""
        if len(data) <= 4:
            raise OSError(28, "No space left on device")
        return write(file, data[:4])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(RetriableError, match="No space"):
            task.put(records(1, 3))
    assert lines(folder) == ["t0-0"]
    task.put(records(1, 3))
    task.flush({P0: 4})
    task.stop()
    assert lines(folder) == ["t0-0", "t0-1", "t0-2", "t0-3"]


def test_what_says_how_far_a_file_is_may_be_no_link(folder) -> None:
    outside = folder.parent / "outside"
    outside.write_text("{}")
    (folder / ".out.progress").symlink_to(outside)
    with pytest.raises(ConnectError, match="cannot be opened"):
        started()
    assert outside.read_text() == "{}"


def test_what_does_not_say_how_far_a_file_is_says_so(folder) -> None:
    (folder / ".out.progress").write_text("no JSON")
    with pytest.raises(ConnectError, match=r"'\.out\.progress' does not say how far file='out' is"):
        started()
