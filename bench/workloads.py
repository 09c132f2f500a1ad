"""The work that each peer is given; each workload returns its figures by name.

The client is librdkafka in this process, the same for all peers. Every workload checks that what it
sent is there: a fast broker that loses records has no figure.
"""

import statistics
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from bench.peer import Peer
from bench.process_cost import read_cost

KIB = 1024
GIB = 1024**3
Figures = dict[str, float]
Workloads = Mapping[str, Callable[[Peer, str, float], Figures]]


class NotDelivered(Exception):
    """The peer acknowledged or served less than it was asked to; it gets no figure."""


@dataclass(slots=True)
class DeliveryErrors:
    """Counts what was not acknowledged; librdkafka reports only that (``only.error``)."""

    count: int = 0
    first: KafkaError | None = None

    def __call__(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self.count += 1
            self.first = self.first or error


def _produce(peer: Peer, topic: str, records: int, size: int, settings: dict[str, object]) -> float:
    errors = DeliveryErrors()
    producer = Producer(
        {
            **peer.client_config,
            "acks": 1,
            "delivery.report.only.error": True,
            "queue.buffering.max.messages": 1_000_000,
            "queue.buffering.max.kbytes": 262_144,
            **settings,
        }
    )
    value = bytes(i * 37 % 251 for i in range(size))
    started = time.perf_counter()
    for sent in range(records):
        while True:
            try:
                producer.produce(topic, value, on_delivery=errors)
                break
            except BufferError:
                producer.poll(0.01)
        if sent % 1000 == 0:
            producer.poll(0)
    left = producer.flush(120)
    seconds = time.perf_counter() - started
    stored = _end_offset(peer, topic)
    if left or errors.count or stored < records:
        raise NotDelivered(
            f"{peer.name}: {left} unsent, {errors.count} failed ({errors.first}), "
            f"{stored} of {records} stored"
        )
    return seconds


def _consumer(peer: Peer, **settings: object) -> Consumer:
    return Consumer({**peer.client_config, "group.id": "bench", **settings})


def _end_offset(peer: Peer, topic: str) -> int:
    """Of all partitions together."""
    consumer = _consumer(peer)
    deadline = time.monotonic() + 10
    try:
        end, before = -1, -2
        while end != before and time.monotonic() < deadline:
            # A high watermark follows the last acks=1 answer by one flush.
            before = end
            end = sum(
                consumer.get_watermark_offsets(TopicPartition(topic, index), timeout=10)[1]
                for index in range(peer.replicas)
            )
            time.sleep(0.05)
        return end
    finally:
        consumer.close()


def produce_in_batches(peer: Peer, topic: str, scale: float) -> Figures:
    """1 KB records, batches of up to 1 MB, acks=1."""
    records = int(300_000 * scale)
    before = read_cost(peer.pids)
    seconds = _produce(
        peer,
        topic,
        records,
        KIB,
        {"linger.ms": 20, "batch.size": 1_000_000, "batch.num.messages": 10_000},
    )
    after = read_cost(peer.pids)
    gib = records * KIB / GIB
    return {
        "MB/s": records * KIB / seconds / 1e6,
        "records/s": records / seconds,
        "broker CPU s/GiB": after.since(before) / gib,
        "broker peak MiB": after.resident_peak_mib,
    }


def produce_one_by_one(peer: Peer, topic: str, scale: float) -> Figures:
    """One record of 100 bytes per request, acks=1, five requests in flight."""
    records = int(20_000 * scale)
    settings: dict[str, object] = {
        "linger.ms": 0,
        "batch.num.messages": 1,
        "max.in.flight.requests.per.connection": 5,
    }
    before = read_cost(peer.pids)
    seconds = _produce(peer, topic, records, 100, settings)
    spent = read_cost(peer.pids).since(before)
    return {"requests/s": records / seconds, "broker CPU µs/request": spent / records * 1e6}


def fetch_from_cache(peer: Peer, topic: str, scale: float) -> Figures:
    """Everything that ``produce_in_batches`` left, read from the start by one consumer."""
    expected = int(300_000 * scale)
    consumer = _consumer(
        peer,
        **{"fetch.message.max.bytes": 8 * KIB * KIB, "queued.max.messages.kbytes": 262_144},
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    before = read_cost(peer.pids)
    started = time.perf_counter()
    count = size = 0
    while count < expected:
        messages = consumer.consume(min(10_000, expected - count), timeout=10)
        if not messages:
            raise NotDelivered(f"{peer.name}: {count} of {expected} records came back")
        count += len(messages)
        size += sum(len(message.value() or b"") for message in messages)
    seconds = time.perf_counter() - started
    spent = read_cost(peer.pids).since(before)
    consumer.close()
    return {"MB/s": size / seconds / 1e6, "broker CPU s/GiB": spent / (size / GIB)}


def end_to_end(peer: Peer, topic: str, scale: float) -> Figures:
    """1,000 messages a second, from ``produce()`` to the consumer's hand, acks=1, linger 0."""
    messages = int(8_000 * scale)
    warm_up = messages // 8
    latencies: list[int] = []
    consumer = _consumer(peer, **{"fetch.wait.max.ms": 500})
    start = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)[1]
    consumer.assign([TopicPartition(topic, 0, start)])
    consumer.poll(0.5)
    done = threading.Event()

    def receive() -> None:
        while len(latencies) < messages:
            message = consumer.poll(10)
            if message is None:
                break
            now = time.perf_counter_ns()
            latencies.append(now - int((message.value() or b"0").split(b" ", 1)[0]))
        done.set()

    receiver = threading.Thread(target=receive)
    receiver.start()
    producer = Producer({**peer.client_config, "acks": 1, "linger.ms": 0})
    padding = b" " + bytes(100)
    before = read_cost(peer.pids)
    begun = time.perf_counter()
    for number in range(messages):
        ahead = begun + number / 1000 - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)
        producer.produce(topic, str(time.perf_counter_ns()).encode() + padding)
        producer.poll(0)
    producer.flush(30)
    done.wait(30)
    receiver.join()
    spent = read_cost(peer.pids).since(before)
    consumer.close()
    if len(latencies) != messages:
        raise NotDelivered(f"{peer.name}: {len(latencies)} of {messages} messages arrived")
    measured = sorted(latencies[warm_up:])
    return {
        "p50 ms": statistics.median(measured) / 1e6,
        "p99 ms": measured[int(len(measured) * 0.99)] / 1e6,
        "broker CPU µs/message": spent / messages * 1e6,
    }


WORKLOADS = {
    "produce 1 KB records in large batches, acks=1": produce_in_batches,
    "fetch from page cache": fetch_from_cache,
    "produce one record per request, acks=1": produce_one_by_one,
    "end to end at 1,000 msg/s": end_to_end,
}


def produce_replicated(peer: Peer, topic: str, scale: float) -> Figures:
    """1 KB records to three brokers, each leading one partition, acks=all, idempotent."""
    records = int(200_000 * scale)
    before = read_cost(peer.pids)
    seconds = _produce(
        peer,
        topic,
        records,
        KIB,
        {
            "acks": "all", "enable.idempotence": True, "linger.ms": 20, "batch.size": 1_000_000,
            "batch.num.messages": 10_000,
        },
    )  # fmt: skip
    after = read_cost(peer.pids)
    gib = records * KIB / GIB
    return {
        "MB/s": records * KIB / seconds / 1e6,
        "records/s": records / seconds,
        "CPU s/GiB of all brokers": after.since(before) / gib,
    }


REPLICATED_WORKLOADS = {
    "produce 1 KB records, acks=all, three replicas, min.insync.replicas 2": produce_replicated,
}
