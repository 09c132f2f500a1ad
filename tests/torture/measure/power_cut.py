"""Everything killed at once, with many partitions and much data: until all of them take writes."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from typing import Any, Final

import psutil
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import NewTopic

from tests.torture.cluster import CREATED_WITHIN_S, Cluster
from tests.torture.measure import device
from tests.torture.measure.connection import Connections
from tests.torture.measure.probe import Partition, Probe, acknowledged, by_leader

TOPIC: Final = "much"
RECORD_BYTES: Final = 16 << 10
SETTLED_S: Final = 5.0
ROUND_S: Final = 0.1
SHARE_OF_FREE_MAX: Final = 0.5
DEVICE_SAMPLE_BYTES: Final = 2 << 30


def measure(cluster: Cluster, partitions: int, stored_bytes: int) -> dict[str, Any]:
    """``stored_bytes`` is the size of all replicas together. Seconds from the kill.

    What was written since the recovery points were kept last is read again from the device, so the
    answer has that device's rate too, taken in the same run while the brokers are at rest.
    """
    room = psutil.disk_usage(str(cluster.data_dir)).free
    if stored_bytes > room * SHARE_OF_FREE_MAX:
        raise RuntimeError(f"{stored_bytes:,} bytes are too much for a disk with {room:,} free")
    _create(cluster, partitions)
    _fill(cluster, partitions, stored_bytes // 3)
    stored = sum(
        file.stat().st_size for file in (cluster.data_dir / "volumes").rglob("*") if file.is_file()
    )
    cold = device.read_cold(cluster.data_dir / "volumes", DEVICE_SAMPLE_BYTES)
    found = asyncio.run(_measure(cluster, partitions))
    return {
        "partitions": partitions,
        "stored_bytes": stored,
        "device_bytes_per_s": round(cold.bytes / cold.seconds),
        **found,
    }


def _create(cluster: Cluster, partitions: int) -> None:
    """Asked until it is there: on a busy machine the broker gives up before PostgreSQL is done."""
    new = NewTopic(TOPIC, num_partitions=partitions)
    deadline = time.monotonic() + CREATED_WITHIN_S
    while True:
        try:
            cluster.admin.create_topics([new])[TOPIC].result(CREATED_WITHIN_S)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)
        else:
            return


def _fill(cluster: Cluster, partitions: int, size: int) -> None:
    """Records that do not compress, round and round over the partitions."""
    payload = random.Random(1).randbytes(RECORD_BYTES)
    producer = Producer(
        cluster.login.librdkafka(
            **{"acks": "all", "linger.ms": 50, "queue.buffering.max.kbytes": 128 << 10}
        )
    )
    for number in range(size // RECORD_BYTES):
        while True:
            with contextlib.suppress(BufferError, KafkaException):
                producer.produce(TOPIC, payload, partition=number % partitions)
                break
            producer.poll(0.1)
        producer.poll(0)
        if number % 20_000 == 0:
            done = number * RECORD_BYTES / size
            print(f"filled {done:.0%}", file=sys.stderr, flush=True)
    if producer.flush(300):
        raise RuntimeError("the brokers did not take all records")


async def _measure(cluster: Cluster, partitions: int) -> dict[str, float]:
    probe = Probe(Connections(cluster.login), [TOPIC])
    async with probe.watching():
        await probe.until_whole(partitions)
        await asyncio.sleep(SETTLED_S)
        asked = {where: led.epoch for where, led in probe.partitions.items()}
        await asyncio.to_thread(kill_everything, cluster)
        struck = time.monotonic()
        written = await _written(probe, set(asked))
    times = sorted(each - struck for each in written.values())
    return {
        "first_writable_s": round(times[0], 2),
        "half_writable_s": round(times[len(times) // 2], 2),
        "all_writable_s": round(times[-1], 2),
    }


async def _written(probe: Probe, missing: set[Partition]) -> dict[Partition, float]:
    """When each first took a write that was sent from now on."""
    written: dict[Partition, float] = {}
    attempts: set[asyncio.Future[Any]] = set()
    while missing:
        busy = {f for f in attempts if not f.done()}
        for each in attempts - busy:
            for where in acknowledged(each):
                missing.discard(where)
                written.setdefault(where, time.monotonic())
        attempts = busy
        for broker, led in by_leader(probe.partitions).items():
            wanted = [where for where in led if where in missing]
            attempt = probe.attempt(broker, wanted) if wanted else None
            if attempt is not None:
                attempts.add(attempt)
        await asyncio.sleep(ROUND_S)
    return written


def kill_everything(cluster: Cluster) -> None:
    """Brokers and stores, and whoever serves their sessions, with as little between as can be."""
    pids = [each.pid for each in cluster.brokers() if each.pid is not None]
    for store in ("postgres", "valkey"):
        if (pid := cluster.store(store)) is not None:
            pids += [pid, *(each.pid for each in psutil.Process(pid).children(recursive=True))]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
