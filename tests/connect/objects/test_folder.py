"""The folder connectors: what is written is read, is on the disk, and leads nowhere else."""

import os
import sys
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest

from connect.connectors import scratch
from connect.connectors.files.folder import SETTING
from connect.connectors.objects.folder import FolderSinkConnector, FolderSourceConnector
from connect.connectors.objects.folder_store import LAST_OFFSET, FolderStore
from connect.connectors.objects.uploads import OutOfTurn
from connect.runtime.bisect import Trouble, trouble_of
from connect.spi import schema as spi
from connect.spi.errors import ConfigError, ConnectError, RetriableError
from connect.spi.records import TopicPartition
from connect.spi.schema import Field
from tests.connect.harness import FakeSinkContext, FakeSourceContext, sink_record

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs: Linux")

SCHEMA = spi.struct(Field("n", spi.INT64), Field("text", spi.OPTIONAL_STRING), name="Row")
P0 = TopicPartition("t", 0)


@pytest.fixture
def allowed(tmp_path, monkeypatch):
    """The folder that the tenant has."""
    folder = tmp_path / "allowed"
    folder.mkdir()
    monkeypatch.setenv(SETTING, str(folder))
    return folder


def sink(**config):
    parsed = FolderSinkConnector.config.parse(
        {"folder": "lake", "flush.size": "10"}
        | {name.replace("_", "."): value for name, value in config.items()}
    )
    task = FolderSinkConnector(parsed).task()
    task.start(parsed, FakeSinkContext())
    task.open([P0])
    return task


class Impatient(Event):
    """Nothing waits for it."""

    def wait(self, timeout=None):
        return self.is_set()


def source(context, **config):
    parsed = FolderSourceConnector.config.parse(
        {"folder": "lake", "topic": "back", "poll.interval.ms": "100"}
        | {name.replace("_", "."): value for name, value in config.items()}
    )
    context.stopping = Impatient()
    task = FolderSourceConnector(parsed).task()
    task.start(parsed, context)
    return task


def at_once():
    """A turn that has come."""


def rows(count, first=0):
    return [
        sink_record({"n": n, "text": f"row {n}"}, value_schema=SCHEMA, offset=n)
        for n in range(first, first + count)
    ]


def polled(task, context):
    found = []
    while more := task.poll():
        found += more
        context.offsets.store(more[-1].source_partition, more[-1].source_offset)
    task.stop()
    return [record.value["n"] for record in found]


@pytest.mark.parametrize(
    ("name", "compression"), [("json", "gzip"), ("avro", "snappy"), ("parquet", "zstd")]
)
def test_what_the_sink_writes_the_source_reads_once(allowed, name, compression):
    task = sink(format_class=name, compression_type=compression)
    task.put(rows(25))
    assert task.flush({P0: 25}) == {P0: 20}
    context = FakeSourceContext()
    assert polled(source(context, format_class=name), context) == [*range(20)]
    task.put(rows(5, first=25))
    task.flush({P0: 30})
    task.stop()
    assert polled(source(context, format_class=name), context) == [*range(20, 30)]


def test_a_batch_of_the_source_is_bounded_by_rows_and_by_their_bytes(allowed):
    task = sink(flush_size="60")
    texts = ["x" * 1_000_000] * 12 + [""] * 48
    wide = [sink_record({"n": n, "text": text}, offset=n) for n, text in enumerate(texts)]
    task.put(wide)
    task.flush({P0: 60})
    task.stop()
    context = FakeSourceContext()
    reading = source(context, batch_max_rows="20")
    batches = []
    while more := reading.poll():
        batches.append([record.value["n"] for record in more])
    reading.stop()
    assert [len(each) for each in batches] == [5, 5, 20, 20, 10]
    assert [n for each in batches for n in each] == [*range(60)]


def test_names_say_topic_partition_and_first_offset(allowed):
    task = sink(flush_size="3")
    task.put(rows(7))
    task.flush({P0: 7})
    found = {str(each.relative_to(allowed)) for each in allowed.rglob("*") if each.is_file()}
    names = [f"t+0+{offset:010d}.json" for offset in (0, 3)]
    assert found == {f"lake/topics/t/partition=0/{name}" for name in names}


def test_a_file_that_is_there_is_never_written_again(allowed):
    first = sink(flush_size="5")
    first.put(rows(5))
    assert first.flush({P0: 5}) == {P0: 5}
    second = sink(flush_size="8")
    second.put(rows(8))
    assert second.flush({P0: 8}) == {P0: 0}
    second.put(rows(8))
    assert second.flush({P0: 8}) == {P0: 5}
    second.put(rows(5, first=8))
    second.flush({P0: 13})
    context = FakeSourceContext()
    assert polled(source(context), context) == [*range(13)]


def test_a_strangers_file_of_that_name_stops_the_sink(allowed):
    first = sink(flush_size="5")
    first.put(rows(5))
    first.flush({P0: 5})
    (written,) = (each for each in allowed.rglob("*.json"))
    os.removexattr(written, LAST_OFFSET)
    second = sink(flush_size="5")
    second.put(rows(5))
    with pytest.raises(ConnectError, match="move it elsewhere") as raised:
        second.flush({P0: 5})
    assert not isinstance(raised.value, RetriableError)


def test_a_file_has_its_name_only_when_it_is_on_the_disk(allowed, monkeypatch):
    done = []
    sync, link = os.fsync, os.link

    def noted_sync(opened):
        done.append(str(Path(f"/proc/self/fd/{opened}").readlink()))
        sync(opened)

    def noted_link(*given, **more):
        done.append("link")
        link(*given, **more)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "link", noted_link)
    store = FolderStore("lake")
    folders = [str(allowed), f"{allowed}/lake", f"{allowed}/lake/a"]
    for is_new in (True, False):
        done.clear()
        turn = partial(done.append, "turn")
        assert store.create("a/b", BytesIO(b"data"), 4, 7, turn) is is_new
        assert done[0].endswith("(deleted)"), "the file, which has no name yet"
        assert done[1:3] == ["turn", "link"]
        assert done[3:] == folders, "whoever finds a file trusts that it stays"
    assert [each.name for each in (allowed / "lake/a").iterdir()] == ["b"], "nothing is left over"


def test_a_file_whose_turn_does_not_come_is_not_there(allowed):
    def never():
        raise OutOfTurn("the one before it failed")

    store = FolderStore("lake")
    with pytest.raises(OutOfTurn):
        store.create("a/b", BytesIO(b"data"), 4, 7, never)
    assert list((allowed / "lake/a").iterdir()) == []


def test_what_did_not_fit_is_not_there(allowed, monkeypatch):
    def full(opened):
        raise OSError(28, "No space left on device")

    store = FolderStore("lake")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(RetriableError, match="No space left"):
            store.create("a/b", BytesIO(b"data"), 4, 7, at_once)
    assert list(store.objects("")) == []
    assert store.last_offset("a/b") is None


@pytest.mark.parametrize(
    ("name", "compression"), [("json", "none"), ("json", "gzip"), ("csv", "zstd"), ("avro", "none")]
)
def test_a_full_disk_is_no_records_fault_and_spoils_no_object(
    allowed, monkeypatch, name, compression
):
    """Where errors are tolerated records became dead letters, and a file went on with a part of
    what it was given."""
    task = sink(format_class=name, compression_type=compression, flush_size="1000")
    full = lambda **_: os.fdopen(os.open("/dev/full", os.O_RDWR), "w+b")  # noqa: E731
    monkeypatch.setattr(scratch.tempfile, "TemporaryFile", full)
    wide = [
        sink_record({"n": n, "text": os.urandom(20_000).hex()}, value_schema=SCHEMA, offset=n)
        for n in range(50)
    ]
    with pytest.raises(ConnectError, match="the worker's disk takes no more") as raised:
        task.put(wide)
    assert trouble_of(raised.value) is Trouble.TARGET
    task.close([P0])
    assert not [each for each in allowed.rglob("*") if each.is_file()]


def test_an_object_that_a_task_has_no_room_for_fails_it(allowed, monkeypatch):
    (allowed / "lake").mkdir()
    (allowed / "lake" / "wide.json").write_text('{"n": 1}\n' * 200_000)
    monkeypatch.setenv(scratch.SETTING, "1")
    context = FakeSourceContext()
    with pytest.raises(ConnectError, match=f"more than 1048576 bytes.*{scratch.SETTING}"):
        polled(source(context), context)


def test_folders_are_off_unless_the_operator_says_so(monkeypatch):
    monkeypatch.delenv(SETTING, raising=False)
    with pytest.raises(ConfigError, match="are off"):
        sink()
    with pytest.raises(ConfigError, match="are off"):
        source(FakeSourceContext())


@pytest.mark.parametrize(
    "config",
    [
        {"folder": "/etc"}, {"folder": "../other"}, {"folder": "a/../../b"}, {"folder": "a\0b"},
        {"folder": "."}, {"topics.dir": "../other"}, {"topics.dir": "/etc"},
        {"directory.delim": "/../"},
    ],
)  # fmt: skip
def test_settings_that_lead_out_are_refused(allowed, config):
    with pytest.raises(ConfigError, match="must be a path below"):
        sink(**config)
    config.setdefault("prefix", config.pop("topics.dir", "../x"))
    config.pop("directory.delim", None)
    with pytest.raises(ConfigError, match="must be a path below"):
        source(FakeSourceContext(), **config)


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a\0b"])
def test_names_that_lead_out_are_refused(allowed, path):
    store = FolderStore("lake")
    for attempt in (
        lambda: store.create(path, BytesIO(b"x"), 1, 0, at_once),
        lambda: store.last_offset(path),
        lambda: store.fetch(path, BytesIO(), 1_000),
        lambda: list(store.objects(path)),
    ):
        with pytest.raises(ConfigError, match="must be a path below"):
            attempt()


def test_links_lead_nowhere(allowed):
    outside = allowed.parent / "other tenant"
    outside.mkdir()
    (outside / "secret.json").write_text('{"n": 1}\n')
    lake = allowed / "lake"
    lake.mkdir()
    (lake / "way").symlink_to(outside)
    (lake / "link.json").symlink_to(outside / "secret.json")
    (lake / "hard.json").hardlink_to(outside / "secret.json")
    (lake / ".coming.json").write_text('{"n": 2}\n')
    (lake / "own.json").write_text('{"n": 3}\n')
    (lake / "topics").symlink_to(outside)
    context = FakeSourceContext()
    assert polled(source(context), context) == [3]
    store = FolderStore("lake")
    for name in ("way/secret.json", "link.json", "hard.json"):
        with pytest.raises(ConnectError):
            store.fetch(name, BytesIO(), 1_000)
    task = sink()
    task.put(rows(10))
    with pytest.raises(ConnectError, match="does not let us"):
        task.flush({P0: 10})
    with pytest.raises(ConnectError):
        list(store.objects("way"))
    assert [each.name for each in Path(outside).iterdir()] == ["secret.json"]
