"""Compaction and scrubbing as the owner of the logs has them done, by a worker in this process."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.log.checkpoints import PartitionKey
from brokers.log.disk import RealDisk
from brokers.log.storage_job import (
    REQUEST,
    Damage,
    Report,
    job_folder,
    read_scrub_request,
    write_report,
)
from brokers.log.storage_worker import run_job
from brokers.node import compaction, scrubbing, storage_jobs
from brokers.wire.batch import NewRecord, build_batch, iterate_batches
from brokers.wire.records import iterate_records
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until
from tests.node.raw_client import RawClient

COMPACTED = {"cleanup.policy": "compact", "segment.ms": "1", "min.cleanable.dirty.ratio": "0.1"}


@dataclass
class Worker:
    """Does what it is told of at once, unless it is away."""

    volume: Path
    is_away: bool = False
    told: list[str] = field(default_factory=list)

    def hint(self, broker_id: int, job: str) -> None:
        self.told.append(job)
        if not self.is_away:
            threading.Thread(target=self.do, args=[job]).start()

    def do(self, job: str) -> bool:
        return run_job(self.volume, job, RealDisk(), sleep=lambda _: None)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(compaction, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(storage_jobs, "HINT_AGAIN_MS", 100)


@pytest.fixture
def volume(tmp_path) -> Path:
    return tmp_path / "volume"


@pytest.fixture
def worker(volume) -> Worker:
    return Worker(volume)


@contextmanager
def service(cell: MemoryCell, volume: Path, worker: Worker, **changes: object):
    """A broker that rolls, compacts and scrubs all the time."""
    often = {"retention_interval_s": 0.05, "compaction_interval_s": 0.05, "scrub_interval_s": 0.05}
    config = node_config(volume, **{**often, **changes})
    with running(cell, config, worker) as node:
        yield node


def connect(cell, node, key) -> RawClient:
    return RawClient(node.port).log_in(key)


def put(client: RawClient, topic: str, *pairs: tuple[bytes, bytes | None]) -> int:
    records = [NewRecord(key, value) for key, value in pairs]
    row = client.produce(topic, build_batch(records, base_timestamp=int(time.time() * 1000)))
    assert row.error_code == 0, row.error_message
    return row.base_offset


def contents(client: RawClient, topic: str) -> list[tuple[int, bytes | None, bytes | None]]:
    """All records, by fetching as a consumer does."""
    found, offset = [], 0
    while True:
        row = client.fetch(topic, offset)
        assert row.error_code == 0
        view = memoryview(b"".join(bytes(piece) for piece in [row.records or b""]))
        batches = list(iterate_batches(view))
        if not batches:
            return found
        for position, header in batches:
            for record in iterate_records(view[position : position + header.total_bytes]):
                if record.offset >= offset:
                    found.append((record.offset, record.key, record.value))
        offset = batches[-1][1].last_offset + 1


@dataclass
class Cell:
    cell: MemoryCell
    tenant_id: str
    key: tuple[str, str]


@pytest.fixture
def cell() -> Cell:
    made = MemoryCell()
    tenant = made.add_tenant("acme")
    return Cell(made, tenant.id, made.add_key(tenant))


def test_a_compacted_topic_becomes_compact_while_it_is_used(cell, volume, worker):
    with service(cell.cell, volume, worker) as node:
        topic = cell.cell.add_topic(cell.tenant_id, "states", configs=COMPACTED)
        with connect(cell, node, cell.key) as client:
            for n in range(20):
                put(client, "states", (b"a", b"%d" % n), (b"b%d" % (n % 2), b"%d" % n))
            metrics = node.node.metrics
            wait_until(lambda: len(contents(client, "states")) <= 5, "compaction")
            latest = {key: value for _, key, value in contents(client, "states")}
            assert latest == {b"a": b"19", b"b0": b"18", b"b1": b"19"}
            assert put(client, "states", (b"a", b"20")) == 40
            assert client.list_offset("states", -1).offset == 41
            assert metrics.compactions >= 1
            assert metrics.compacted_bytes > 0
        key = PartitionKey(topic.id, 0)
        wait_until(lambda: node.node.volume.first_dirty_offsets.get(key) > 0, "the checkpoint")
        text = (volume / "cleaner-offset-checkpoint").read_text()
        assert text.startswith("0\n1\n")
    left = list((volume / "staging").iterdir())
    assert len(left) <= 2, "only what was under way when it stopped"
    with service(cell.cell, volume, worker) as node, connect(cell, node, cell.key) as client:
        assert {k: v for _, k, v in contents(client, "states")}[b"a"] == b"20"


def test_without_workers_it_waits_and_loses_nothing(cell, volume, worker):
    worker.is_away = True
    with service(cell.cell, volume, worker, scrub_interval_s=1000.0) as node:
        cell.cell.add_topic(cell.tenant_id, "states", configs=COMPACTED)
        with connect(cell, node, cell.key) as client:
            for n in range(10):
                put(client, "states", (b"a", b"%d" % n))
            wait_until(lambda: len(worker.told) > 2, "hints that are given again")
            assert len(set(worker.told)) == 1
            assert len(contents(client, "states")) == 10
            worker.is_away = False
            wait_until(lambda: len(contents(client, "states")) <= 2, "compaction")


def test_a_new_run_forgets_what_an_earlier_one_has_asked(cell, volume, worker):
    worker.is_away = True
    with service(cell.cell, volume, worker, scrub_interval_s=1000.0) as node:
        cell.cell.add_topic(cell.tenant_id, "states", configs=COMPACTED)
        with connect(cell, node, cell.key) as client:
            for n in range(10):
                put(client, "states", (b"a", b"%d" % n))
        wait_until(lambda: worker.told, "a request")
    old = worker.told[0]
    assert (job_folder(volume, old) / REQUEST).exists()
    with service(cell.cell, volume, worker, scrub_interval_s=1000.0):
        wait_until(lambda: worker.told[-1] != old, "a request of the new run")
        assert not worker.do(old), "the late worker finds nothing to do"
        assert worker.do(worker.told[-1])


def flip_a_bit(volume: Path, key: PartitionKey) -> Path:
    """In the first segment's last byte."""
    log = min((volume / key.directory_name).glob("*.log"))
    data = bytearray(log.read_bytes())
    data[-1] ^= 1
    log.write_bytes(data)
    return log


def test_a_bad_batch_is_found_and_fails_the_replica(cell, volume, worker):
    with service(cell.cell, volume, worker, scrub_interval_s=1000.0) as node:
        topic = cell.cell.add_topic(cell.tenant_id, "plain", configs={"segment.ms": "1"})
        with connect(cell, node, cell.key) as client:
            put(client, "plain", (b"a", b"1"))
            partition = node.node.partitions.get(topic.id, 0)
            wait_until(lambda: partition.log.describe().segments > 1, "a closed segment")
    key = PartitionKey(topic.id, 0)
    flip_a_bit(volume, key)
    with service(cell.cell, volume, worker) as node, connect(cell, node, cell.key) as client:
        partition = node.node.partitions.get(topic.id, 0)
        wait_until(lambda: partition.log.failure, "the scrubbing")
        assert node.node.metrics.damaged_batches == 1
        assert "segment 0 is damaged" in partition.log.failure
        records = build_batch([NewRecord(b"a", b"2")], base_timestamp=int(time.time() * 1000))
        row = client.produce("plain", records)
        assert row.error_code == ErrorCode.KAFKA_STORAGE_ERROR
        assert client.fetch("plain", 0).error_code == 0
        assert node.node.metrics.damaged_batches == 1


def test_compaction_does_not_launder_damage(cell, volume, worker):
    with service(cell.cell, volume, worker, compaction_interval_s=1000.0) as node:
        topic = cell.cell.add_topic(cell.tenant_id, "states", configs=COMPACTED)
        with connect(cell, node, cell.key) as client:
            put(client, "states", (b"a", b"1"), (b"a", b"2"))
            partition = node.node.partitions.get(topic.id, 0)
            wait_until(lambda: partition.log.describe().segments > 1, "a closed segment")
    log = flip_a_bit(volume, PartitionKey(topic.id, 0))
    damaged = log.read_bytes()
    with service(cell.cell, volume, worker, scrub_interval_s=1000.0) as node:
        wait_until(lambda: node.node.metrics.damaged_batches, "the worker's look")
    assert log.read_bytes() == damaged


def test_a_report_of_damage_is_not_taken_on_trust(cell, volume, worker):
    worker.is_away = True
    with service(cell.cell, volume, worker, compaction_interval_s=1000.0) as node:
        topic = cell.cell.add_topic(cell.tenant_id, "plain", configs={"segment.ms": "1"})
        with connect(cell, node, cell.key) as client:
            put(client, "plain", (b"a", b"1"))
            wait_until(lambda: worker.told, "a request")
            folder = job_folder(volume, worker.told[0])
            request = read_scrub_request(RealDisk(), folder)
            assert [segment.base_offset for segment in request.segments] == [0]
            report = Report(request.generation, damage=[Damage(0, 0), Damage(77, 0)], bytes_read=5)
            write_report(RealDisk(), folder, report)
            wait_until(lambda: node.node.metrics.scrubbed_bytes == 5, "the report was read")
            wait_until(lambda: not folder.exists(), "the job ended")
            assert node.node.metrics.damaged_batches == 0
            assert node.node.partitions.get(topic.id, 0).log.failure is None


def test_what_was_read_through_rests(cell, volume, worker, monkeypatch):
    monkeypatch.setattr(scrubbing, "JOB_BYTES", 1)
    with service(cell.cell, volume, worker, compaction_interval_s=1000.0) as node:
        topic = cell.cell.add_topic(cell.tenant_id, "plain", configs={"segment.ms": "1"})
        with connect(cell, node, cell.key) as client:
            for n in range(3):
                put(client, "plain", (b"a", b"1"))
                log = node.node.partitions.get(topic.id, 0).log
                wait_until(lambda n=n, log=log: log.describe().segments == n + 2, "a segment")
        closed = sum(segment.size for segment in log.closed_segments())
        wait_until(lambda: node.node.metrics.scrubbed_bytes > 0, "scrubbing")
        seen = -1
        while seen != node.node.metrics.scrubbed_bytes:
            seen = node.node.metrics.scrubbed_bytes
            time.sleep(0.5)
        assert 0 < seen <= closed
