"""Kafka's own ``DumpLogSegments`` reads every file that the log writes, and finds nothing amiss."""

import re
import subprocess
from pathlib import Path

import pytest

from bench.kafka_jars import kafka_class_path
from bench.maven_jars import JarsUnavailable
from brokers.log.config import LogConfig
from brokers.log.disk import RealDisk
from brokers.log.partition_log import PartitionLog
from brokers.wire.batch import Compression, NewRecord, build_batch, parse_batch_header
from brokers.wire.control import Marker
from tests.compat.clients import JAVA
from tests.unit.log.compacting import KEY, compact, records_of
from tests.unit.log.samples import flush

NOW_MS = 1_700_000_000_000
COMPLAINTS = (
    "Mismatches",
    "Misordered",
    "out of order",
    "should be",
    "Exception",
    "isvalid: false",
)


@pytest.fixture(scope="module")
def class_path() -> str:
    try:
        return kafka_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log: several segments, every codec, an idempotent producer, times out of order."""
    directory = tmp_path_factory.mktemp("volume") / "flights-0"
    config = LogConfig(segment_bytes=8_000, index_interval_bytes=512)
    log = PartitionLog.open(
        directory, disk=RealDisk(), config=config, topic_id=bytes(range(16)),
        now_ms=NOW_MS, clean=False,
    )  # fmt: skip
    for n in range(200):
        if n == 120:
            log.reconfigure(LogConfig(
                segment_bytes=8_000, index_interval_bytes=512,
                message_timestamp_type="LogAppendTime",
            ))  # fmt: skip
        records = [NewRecord(b"k%d" % i, b"v" * 30, timestamp_ms=NOW_MS - n * 7 % 50 + i)
                   for i in range(1 + n % 9)]  # fmt: skip
        sent = build_batch(
            records, base_timestamp=NOW_MS - n * 7 % 50, compression=Compression(n % 5),
            producer_id=1000 + n % 2, producer_epoch=0,
            base_sequence=sum(1 + m % 9 for m in range(n % 2, n, 2)),
        )  # fmt: skip
        log.append(
            memoryview(sent), parse_batch_header(sent), leader_epoch=n // 50, now_ms=NOW_MS + n
        )
    log.close()
    return directory


def dump(class_path: str, files: list[Path]) -> str:
    done = subprocess.run(
        [*JAVA, "-cp", class_path, "kafka.tools.DumpLogSegments",
         "--deep-iteration", "--print-data-log", "--files", ",".join(map(str, files))],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_segments_and_indexes(class_path: str, folder: Path) -> None:
    logs = sorted(folder.glob("*.log"))
    assert len(logs) > 2
    indexes = [*sorted(folder.glob("*.index")), *sorted(folder.glob("*.timeindex"))]
    assert all(path.stat().st_size for path in indexes if path.stem == logs[0].stem)
    output = dump(class_path, [*logs, *indexes])
    for complaint in COMPLAINTS:
        assert complaint not in output
    offsets = [int(found) for found in re.findall(r"^\| offset: (\d+)", output, re.MULTILINE)]
    assert offsets == list(range(sum(1 + n % 9 for n in range(200))))
    assert output.count("isvalid: true") == 200
    epochs = [int(e) for e in re.findall(r"partitionLeaderEpoch: (\d+)", output)]
    assert epochs == [n // 50 for n in range(200)]
    assert "LogAppendTime" in output


def test_producer_snapshots(class_path: str, folder: Path) -> None:
    newest = max(folder.glob("*.snapshot"))
    output = dump(class_path, [newest])
    sequences: dict[int, list[int]] = {}
    for producer, last in re.findall(r"producerId: (\d+).*?lastSequence: (\d+)", output):
        sequences.setdefault(int(producer), []).append(int(last))
    ends = {1000 + odd: sum(1 + n % 9 for n in range(odd, 200, 2)) - 1 for odd in (0, 1)}
    # Five batches of each are there, and the one that Kafka keeps, the last, is the newest.
    assert {producer: (len(found), found[-1]) for producer, found in sequences.items()} == {
        producer: (5, last) for producer, last in ends.items()
    }


@pytest.fixture(scope="module")
def compacted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compacted log: batches thinned in every codec, emptied ones, tombstones with a horizon."""
    volume = tmp_path_factory.mktemp("volume")
    directory = volume / KEY.directory_name
    config = LogConfig(segment_bytes=6_000, index_interval_bytes=256, cleanup_policy="compact")
    disk = RealDisk()
    log = PartitionLog.open(
        directory, disk=disk, config=config, topic_id=KEY.topic_id, now_ms=NOW_MS, clean=False
    )
    for n in range(200):
        records = [
            NewRecord(b"k%d" % (n * 5 % 61), None if n % 7 == 0 else b"v" * 40),
            NewRecord(b"k%d" % (n % 200 // 4), b"w" * 40),
        ]
        sent = build_batch(
            records, base_timestamp=NOW_MS + n, compression=Compression(n % 5),
            producer_id=1000 + n % 2, producer_epoch=0, base_sequence=n // 2 * 2,
        )  # fmt: skip
        log.append(memoryview(sent), parse_batch_header(sent), leader_epoch=n // 50, now_ms=NOW_MS)
    flush(log)
    report = compact(disk, log, volume=volume, key=KEY, directory=directory)
    assert report.records_after < report.records_before
    log.close()
    return directory


def test_compacted_segments_and_indexes(class_path: str, compacted: Path) -> None:
    logs = sorted(compacted.glob("*.log"))
    indexes = [*sorted(compacted.glob("*.index")), *sorted(compacted.glob("*.timeindex"))]
    output = dump(class_path, [*logs, *indexes])
    for complaint in COMPLAINTS:
        assert complaint not in output
    ours = [record.offset for path in logs for record in records_of(path.read_bytes())]
    offsets = [int(found) for found in re.findall(r"^\| offset: (\d+)", output, re.MULTILINE)]
    assert offsets == ours
    assert len(offsets) < 400
    assert " count: 0 " in output
    assert f"deleteHorizonMs: OptionalLong[{NOW_MS + 86_400_000}]" in output


@pytest.fixture(scope="module")
def transactions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compacted log with committed, aborted and open transactions, and what was made of them."""
    volume = tmp_path_factory.mktemp("volume")
    directory = volume / KEY.directory_name
    config = LogConfig(segment_bytes=2_000, index_interval_bytes=256, cleanup_policy="compact")
    disk = RealDisk()
    log = PartitionLog.open(
        directory, disk=disk, config=config, topic_id=KEY.topic_id, now_ms=NOW_MS, clean=False
    )
    for n in range(60):
        producer = 1000 + n % 3
        guard = log.begin_verification(producer, 0, n // 3, bumps_epochs=False)
        sent = build_batch(
            [NewRecord(b"k%d" % (n % 7), b"v" * 40)], base_timestamp=NOW_MS,
            producer_id=producer, producer_epoch=0, base_sequence=n // 3, attributes=0x10,
        )  # fmt: skip
        log.append(
            memoryview(sent), parse_batch_header(sent), leader_epoch=0, now_ms=NOW_MS, guard=guard
        )
        if n % 5 == 4:
            log.append_marker(
                Marker(n % 2 == 0, 7), producer_id=producer, producer_epoch=0,
                transaction_version=1, leader_epoch=0, now_ms=NOW_MS,
            )  # fmt: skip
    flush(log)
    report = compact(disk, log, volume=volume, key=KEY, directory=directory)
    assert report.records_after < report.records_before
    log.close()
    return directory


def test_transactions(class_path: str, transactions: Path) -> None:
    logs = sorted(transactions.glob("*.log"))
    indexes = sorted(path for path in transactions.glob("*.txnindex") if path.stat().st_size)
    output = dump(class_path, [*logs, *indexes])
    for complaint in COMPLAINTS:
        assert complaint not in output
    ends = re.findall(r"endTxnMarker: (\w+) coordinatorEpoch: 7", output)
    assert ends == ["COMMIT" if n % 2 == 0 else "ABORT" for n in range(4, 60, 5)]
    markers = [
        (producer, offset)
        for offset, producer, kind in re.findall(
            r"baseOffset: (\d+) .*? producerId: (\d+) .*?\n.*?endTxnMarker: (\w+)", output
        )
        if kind == "ABORT"
    ]
    aborted = re.findall(r"version: 0 producerId: (\d+) firstOffset: \d+ lastOffset: (\d+)", output)
    assert aborted == markers
    assert len(aborted) == 6


def test_snapshots_of_open_transactions(class_path: str, transactions: Path) -> None:
    output = dump(class_path, [max(transactions.glob("*.snapshot"))])
    assert "coordinatorEpoch: 7" in output
    starts = set(
        re.findall(r"producerId: (\d+) .*currentTxnFirstOffset: Optional\w*\[(\d+)\]", output)
    )
    assert starts
