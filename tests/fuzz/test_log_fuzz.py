"""Arbitrary bytes where the log keeps its files: a typed error or a log, never a wrong record."""

import uuid
from contextlib import suppress
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from brokers.kernel.errors import StorageError
from brokers.log.config import LogConfig
from brokers.log.epochs import EpochHistory
from brokers.log.partition_log import PartitionLog
from brokers.log.producer_snapshot import BadSnapshot, decode_snapshot
from brokers.log.volume import Volume
from brokers.wire.batch import NewRecord, build_batch, parse_batch_header
from tests.model.memory_disk import MemoryDisk

DIRECTORY = Path("/v/t-0")
TOPIC = uuid.UUID(int=5).bytes
NOW_MS = 1_700_000_000_000
CONFIG = LogConfig(segment_bytes=1500, index_interval_bytes=100)
STORED_SIZE = 98

damage = st.one_of(
    st.binary(max_size=300),
    st.tuples(st.integers(0, 5000), st.integers(0, 255)),
    st.integers(0, 5000),
)
"""Other content; one byte replaced; or everything from a position on gone."""


def open_log(disk: MemoryDisk, *, clean: bool) -> PartitionLog:
    """With the log start that a volume's checkpoint keeps: without it, a first segment that is gone
    would look like one that retention let go."""
    return PartitionLog.open(
        DIRECTORY, disk=disk, config=CONFIG, topic_id=TOPIC, now_ms=NOW_MS, clean=clean,
        log_start_offset=0,
    )  # fmt: skip


def filled(disk: MemoryDisk) -> bytes:
    """A closed log of several segments; its content."""
    log = open_log(disk, clean=False)
    for n in range(40):
        sent = build_batch(
            [NewRecord(None, b"%03d" % n * 10)], base_timestamp=NOW_MS + n,
            producer_id=1, producer_epoch=0, base_sequence=n,
        )  # fmt: skip
        log.append(memoryview(sent), parse_batch_header(sent), leader_epoch=1, now_ms=NOW_MS)
    content = read_all(log)
    log.close()
    return content


def read_all(log: PartitionLog) -> bytes:
    data, offset = b"", log.log_start_offset
    while offset < log.log_end_offset:
        result = log.read(offset, max_bytes=400, end_offset=log.log_end_offset, at_least_one=True)
        assert result.next_offset > offset
        data, offset = data + result.data, result.next_offset
    return data


def hurt(content: bytearray, how: bytes | tuple[int, int] | int) -> None:
    if isinstance(how, bytes):
        content[:] = how
    elif isinstance(how, int):
        del content[how % (len(content) + 1) :]
    elif content:
        content[how[0] % len(content)] = how[1]


@settings(max_examples=300, deadline=None)
@given(which=st.integers(0, 1000), how=damage)
@example(which=1, how=b"")  # the first segment is gone
@example(which=249, how=(0, 1))  # a base offset no index can hold
def test_a_damaged_file_never_makes_a_wrong_record_after_a_crash(
    which: int, how: bytes | tuple[int, int] | int
) -> None:
    disk = MemoryDisk()
    content = filled(disk)
    names = disk.directories[DIRECTORY].names
    hurt(names[sorted(names)[which % len(names)]].cached, how)
    disk.kill()
    try:
        log = open_log(disk, clean=False)
    except StorageError:
        return
    got = read_all(log)
    # A base offset and a leader epoch are outside of the checksum; all else is as it was written.
    assert len(got) <= len(content)
    for (_, one), (_, other) in zip(batches(got), batches(content), strict=False):
        assert one[16:] == other[16:]
    with suppress(StorageError):
        log.offset_for_timestamp(NOW_MS + 20)


@settings(max_examples=300, deadline=None)
@given(which=st.integers(0, 1000), how=damage)
@example(which=0, how=b"\x7f\xff\xff\xff\xff\xff\xff\xff" * 4)
@example(which=0, how=(1734, 1))  # the last entry points into the middle of a batch
def test_a_damaged_index_never_changes_what_is_read(
    which: int, how: bytes | tuple[int, int] | int
) -> None:
    disk = MemoryDisk()
    content = filled(disk)
    names = disk.directories[DIRECTORY].names
    indexes = sorted(name for name in names if name.endswith("index"))
    hurt(names[indexes[which % len(indexes)]].cached, how)
    log = open_log(disk, clean=True)
    assert read_all(log) == content
    log.max_timestamp()


def batches(content: bytes) -> list[tuple[int, bytes]]:
    size = STORED_SIZE
    return [(n, content[n : n + size]) for n in range(0, len(content), size)]


@given(st.binary(max_size=200))
@example(b"0\n1\n-1 -1\n")
@example("0\n1\n٣ ٣\n".encode())
def test_epoch_checkpoints(text: bytes) -> None:
    try:
        history = EpochHistory.decode(text)
    except StorageError:
        return
    assert EpochHistory.decode(history.encode()).entries() == history.entries()


@given(st.binary(max_size=300))
def test_snapshots(data: bytes) -> None:
    with suppress(BadSnapshot):
        decode_snapshot(data)


@given(name=st.sampled_from(["meta.properties", ".kafka_cleanshutdown",
                             "recovery-point-offset-checkpoint", "log-start-offset-checkpoint"]),
       text=st.binary(max_size=200))  # fmt: skip
@example(name="meta.properties", text=b"\x80")
def test_a_volumes_own_files(name: str, text: bytes) -> None:
    disk = MemoryDisk()
    disk.make_directory(Path("/v"))
    handle = disk.create(Path("/v") / name)
    disk.pwritev(handle, [text], 0)
    disk.close(handle)
    with suppress(StorageError):
        Volume.open(Path("/v"), disk=disk).take_marker()
