"""Every record in exactly one object, wherever the sink dies: any crash, clock and rotation, with
uploads under way that are done, fail, or are done when nobody expects it any more."""

import os
import sys
import tempfile
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect.connectors.files.folder import SETTING
from connect.connectors.objects.folder_store import FolderStore
from connect.connectors.objects.sink import ObjectSinkTask
from connect.connectors.objects.sink_config import FILES, LAYOUT
from connect.spi.errors import RetriableError
from connect.spi.records import TopicPartition
from tests.connect.harness import FakeSinkContext, in_runs, sink_record
from tests.connect.objects.held_uploads import Crash, HeldUploads


@dataclass
class Memory:
    objects: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def create(self, path, file, size, last_offset, turn):
        turn()
        is_new = path not in self.objects
        if is_new:
            self.objects[path] = (file.read(), last_offset)
        return is_new

    def last_offset(self, path):
        return self.objects[path][1]


class Folder(FolderStore):
    @property
    def objects(self):
        found = {}
        for each in super().objects(""):
            self.fetch(each.path, into := BytesIO(), each.size)
            found[each.path] = (into.getvalue(), self.last_offset(each.path))
        return found


@dataclass
class Store:
    """``plan`` says of each attempt to create whether it works: "ok", "away" (nothing
    happens), "crash" (before) or "crash after" (it is there, and nobody hears of it)."""

    plan: list[str] = field(default_factory=list)
    inner: Memory | Folder = field(default_factory=Memory)

    @property
    def objects(self):
        return self.inner.objects

    def create(self, path, file, size, last_offset, turn):
        what = self.plan.pop(0) if self.plan else "ok"
        if what == "away":
            raise RetriableError("away")
        if what == "crash":
            raise Crash
        is_new = self.inner.create(path, file, size, last_offset, turn)
        if what == "crash after":
            raise Crash
        return is_new

    def last_offset(self, path):
        return self.inner.last_offset(path)

    def close(self):
        pass


class Task(ObjectSinkTask):
    def __init__(self, store, clock):
        super().__init__(clock, self.held)
        self._given = store

    def held(self, store):
        self.uploads = HeldUploads(store)
        return self.uploads

    def open_store(self, config, context):
        return self._given


@dataclass
class Run:
    """A consumer with its group's offsets, and a task that may die at any time."""

    log: dict[TopicPartition, list]
    store: Store
    config: dict
    by_columns: bool = False
    """Whether records come as ``RecordRuns``, each partition's together."""
    now_ms: int = 0
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    late: list = field(default_factory=list)
    """Uploads that were under way when their task died: the store may still do them. Those whose
    turn had not come are cut short."""

    def __post_init__(self):
        self.begin()

    def begin(self):
        """As a process that knows nothing of one before it."""
        if hasattr(self, "task"):
            waiting = self.task.uploads.waiting
            self.late += [
                each for each in waiting if not each.after or each.after.has_ended.is_set()
            ]
        self.context = FakeSinkContext()
        self.task = Task(self.store, lambda: self.now_ms)
        self.task.start(self.config, self.context)
        self.task.open([*self.log])
        self.position = {place: self.committed.get(place, 0) for place in self.log}

    def step(self, places, count):
        """Put a batch of these partitions, as often as it takes."""
        batches = {
            place: [each for each in self.log[place] if each.offset >= self.position[place]][:count]
            for place in places
        }
        mixed = [each for row in zip_longest(*batches.values()) for each in row if each is not None]
        if self.by_columns:
            mixed = in_runs([each for batch in batches.values() for each in batch])
        self.retried(lambda: self.task.put(mixed))
        for place, batch in batches.items():
            if batch:
                self.position[place] = batch[-1].offset + 1
        self.go_back()

    def flush(self):
        told = dict(self.position)
        safe = self.retried(lambda: self.task.flush(told))
        for place, offset in safe.items():
            assert offset >= self.committed.get(place, 0), "nothing committed is taken back"
            self.committed[place] = offset
        self.go_back()

    def lose(self, places):
        """These go to another task, which has them only for a moment."""
        self.task.close(places)
        self.task.open(places)
        self.position.update({place: self.committed.get(place, 0) for place in places})

    def go_back(self):
        self.position.update(self.context.rewound)
        self.context.rewound.clear()

    def retried(self, call):
        while True:
            try:
                return call()
            except RetriableError:
                continue


def outcome(store):
    """Offsets by directory and partition, in the order of the objects' names."""
    found = {}
    for path, (data, last) in sorted(store.objects.items()):
        directory, name = path.rsplit("/", 1)
        rows = [orjson.loads(line)["n"] for line in data.splitlines()]
        assert rows == sorted(rows)
        assert rows[-1] == last, "the last offset is what it says"
        found.setdefault((directory, name.split("+")[1]), []).extend(rows)
    return found


def log_of(keys):
    """The same records in both partitions, offsets from 0."""
    return {
        place: [
            sink_record({"n": n, "k": key}, partition=place.partition, offset=n)
            for n, key in enumerate(keys)
        ]
        for place in PLACES
    }


def by_wall_clock(keys, *plan):
    told = {"flush.size": "100", "rotate.schedule.interval.ms": "10",
            "partitioner.class": "field", "partition.field.name": "k"}  # fmt: skip
    return Run(log_of(keys), Store([*plan]), (LAYOUT + FILES).parse(told))


def test_nothing_is_committed_while_an_object_holds_more_than_was_read():
    run = by_wall_clock("aba", "ok", "crash")
    run.step(PLACES[:1], 3)
    run.now_ms = 11
    with pytest.raises(Crash):
        run.flush()  # Directory a has its records 0 and 2, b has nothing.
    run.begin()
    run.step(PLACES[:1], 2)
    run.now_ms = 22
    run.flush()
    assert run.committed[PLACES[0]] == 0, "or the next would begin with 2, under another name"
    run.begin()
    run.step(PLACES[:1], 3)
    run.now_ms = 33
    run.flush()
    assert run.committed[PLACES[0]] == 3
    assert {key[0]: found for key, found in outcome(run.store).items()} == {
        "topics/t/k=a": [0, 2], "topics/t/k=b": [1],
    }  # fmt: skip


def test_what_is_to_be_read_again_is_not_taken_from_a_batch_that_comes_again():
    run = by_wall_clock("aaa")
    run.step(PLACES[:1], 1)
    run.now_ms = 11
    run.step([], 0)
    run.task.uploads.go_on()  # An object of record 0, and nobody hears of it.
    run.begin()
    run.step(PLACES, 2)
    run.now_ms = 22
    run.store.plan[:] = ["ok", "away"]
    run.step([], 0)
    run.task.uploads.go_on(2)
    run.step(PLACES, 1)
    assert run.position[PLACES[0]] == 0, "it goes back"
    for _ in range(5):
        run.now_ms += 11
        run.step(PLACES, 3)
        run.flush()
    assert outcome(run.store) == {
        ("topics/t/k=a", "0"): [0, 1, 2],
        ("topics/t/k=a", "1"): [0, 1, 2],
    }


@pytest.mark.parametrize("left", ["nothing", "what goes away"])
def test_what_is_to_be_read_again_is_taken_when_no_batch_comes_again(left):
    run = by_wall_clock("aaa")
    run.step(PLACES[:1], 1)
    run.now_ms = 11
    run.step([], 0)
    run.task.uploads.go_on()
    run.begin()
    run.step(PLACES, 2)
    run.now_ms = 22
    run.store.plan[:] = ["ok", "away"]
    run.step([], 0)
    run.task.uploads.go_on(2)
    with pytest.raises(RetriableError):
        run.task.put([] if left == "nothing" else run.log[PLACES[1]][2:])
    run.go_back()
    assert run.position[PLACES[0]] == 0
    if left == "what goes away":
        run.lose(PLACES[1:])
    for _ in range(5):
        run.step(PLACES, 3)
        run.now_ms += 11
        run.flush()
    assert outcome(run.store) == {
        ("topics/t/k=a", "0"): [0, 1, 2],
        ("topics/t/k=a", "1"): [0, 1, 2],
    }


PLACES = [TopicPartition("t", 0), TopicPartition("t", 1)]
STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from([PLACES, PLACES[:1], PLACES[1:]]), st.integers(1, 6)),
    st.tuples(st.just("flush")),
    st.just(("clock", 11)),
    st.just(("clock and put", 11)),
    st.tuples(st.just("crash")),
    st.tuples(st.just("store"), st.integers(1, 3)),
    st.tuples(st.just("late"), st.integers(0, 3)),
    st.tuples(st.just("lose"), st.sampled_from([PLACES, PLACES[:1], PLACES[1:]])),
    st.tuples(st.just("give up"), st.sampled_from([PLACES, PLACES[:1], PLACES[1:]])),
)
"""``store``: it has done uploads, of which the task has not heard yet. ``late``: it does one of a
task that is gone. ``lose`` partitions as after a time-out of the group, ``give up`` as asked to,
after a flush. All come back at once."""


@settings(max_examples=400)
@given(st.data())
def test_each_record_is_in_one_object(data):
    check_each_record_is_in_one_object(data, Memory())


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_each_record_is_in_one_file_of_a_folder(tmp_path, monkeypatch, data):
    if sys.platform != "linux":
        pytest.skip("needs: Linux")
    monkeypatch.setenv(SETTING, tempfile.mkdtemp(dir=tmp_path))
    # No machine loses its power here, and a disk that is waited for takes most of the time.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    check_each_record_is_in_one_object(data, Folder("out"))


@settings(max_examples=300)
@given(st.data())
def test_each_record_of_columns_is_in_one_object(data):
    check_each_record_is_in_one_object(data, Memory(), by_columns=True)


def check_each_record_is_in_one_object(data, inner, *, by_columns=False):
    """By columns, they go into one directory mostly: then many are taken at once."""
    keys = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=25))
    gaps = data.draw(st.lists(st.integers(1, 3), min_size=len(keys), max_size=len(keys)))
    log = {}
    for place in PLACES:
        offset, log[place] = 0, []
        for key, gap in zip(keys, gaps, strict=True):
            value = {"n": offset, "k": key}
            at = sink_record(value, partition=place.partition, offset=offset, timestamp_ms=offset)
            log[place].append(at)
            offset += gap
    told = {
        "flush.size": data.draw(st.sampled_from(["100", "4", "2", "1"])),
        "rotate.interval.ms": data.draw(st.sampled_from(["-1", "-1" if by_columns else "5"])),
        "rotate.schedule.interval.ms": data.draw(st.sampled_from(["10", "10", "-1"])),
        "partitioner.class": data.draw(
            st.sampled_from(["field", "default" if by_columns else "field", "default"])
        ),
        "partition.field.name": "k",
        "partitioner.max.open.files": str(data.draw(st.sampled_from([1, 2, 100]))),
    }
    config = (LAYOUT + FILES).parse(told)
    plan = data.draw(st.lists(st.sampled_from(["ok", "crash after", "away", "crash"]), max_size=20))
    run = Run(log, Store(plan, inner), config, by_columns=by_columns)
    for step in data.draw(st.lists(STEPS, max_size=40)):
        try:
            match step:
                case ("put", places, count):
                    run.step(places, count)
                case ("flush",):
                    run.flush()
                case ("clock", passed):
                    run.now_ms += passed
                case ("clock and put", passed):
                    run.now_ms += passed
                    run.step(PLACES, 2)
                case ("crash",):
                    raise Crash
                case ("store", count):
                    run.task.uploads.go_on(count)
                case ("late", index) if index < len(run.late):
                    run.late.pop(index).run(inner)
                case ("lose", places):
                    run.lose(places)
                case ("give up", places):
                    run.flush()
                    run.lose(places)
        except Crash:
            run.begin()
    # To the end: everything is read, and the clock closes what is still open.
    run.config = {**config, "rotate.schedule.interval.ms": 10}
    run.store.plan.clear()
    run.begin()
    for _ in range(200):
        run.step(PLACES, 7)
        run.now_ms += 11
        run.flush()
        if all(run.committed[place] == log[place][-1].offset + 1 for place in PLACES):
            break
    else:
        pytest.fail("it does not come to an end")
    wanted = {}
    for place, records in log.items():
        for record in records:
            by_field = told["partitioner.class"] == "field"
            name = f"k={record.value['k']}" if by_field else f"partition={place.partition}"
            key = f"topics/t/{name}", str(place.partition)
            wanted.setdefault(key, []).append(record.offset)
    assert outcome(run.store) == wanted


VALUES = {
    "json": [{"n": 1}, {"n": 2.5, "text": "\u00e4\n"}, "text", None, {"big": 2**64}],
    "bytes": [b"one", b"", "text", None, 1],
}


@given(st.data())
def test_columns_make_the_same_objects_and_the_same_dead_letters(data):
    made_of = data.draw(st.sampled_from(["json", "bytes"]))
    values = data.draw(st.lists(st.sampled_from(VALUES[made_of]), max_size=20))
    records = {
        place: [
            sink_record(value, partition=place.partition, offset=at)
            for at, value in enumerate(values)
        ]
        for place in PLACES
    }
    told = {
        "flush.size": data.draw(st.sampled_from(["100", "100", "7", "1"])),
        "rotate.interval.ms": data.draw(st.sampled_from(["-1", "-1", "3"])),
        "rotate.schedule.interval.ms": "10",
        "rotate.file.bytes": data.draw(st.sampled_from(["-1", "20"])),
        "format.class": made_of,
        "compression.type": data.draw(st.sampled_from(["none", "gzip"])),
        "behavior.on.null.values": data.draw(st.sampled_from(["ignore", "fail"])),
    }
    counts = [*data.draw(st.lists(st.integers(1, 9), max_size=8)), len(values)]
    runs = []
    for by_columns in (False, True):
        run = Run(records, Store(), (LAYOUT + FILES).parse(told), by_columns=by_columns)
        for count in counts:
            run.step(PLACES, count)
        run.now_ms += 11  # What is open becomes objects too.
        run.flush()
        runs.append(run)
    one_by_one, by_columns = runs
    assert by_columns.store.objects == one_by_one.store.objects
    assert by_columns.committed == one_by_one.committed
    assert sorted(map(_reported, by_columns.context.reported)) == sorted(
        map(_reported, one_by_one.context.reported)
    )


def _reported(told):
    record, error = told
    return record.place, record.offset, str(error)
