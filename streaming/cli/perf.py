"""The two runs of ``perf``: produce a given load, consume what is there."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from confluent_kafka import Consumer, KafkaError, Message, Producer

from streaming.cli.consume import Reading, payload_size, read_messages
from streaming.cli.kafka import failure_of, partitions_of
from streaming.cli.measures import Measurement, sampling_interval
from streaming.cli.produce import Target, send

PAYLOADS: Final = 64
"""Different values that a run repeats: random, so that compression has nothing to gain."""

REPORT_EVERY: Final = 64
"""Records between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Load:
    """``size`` is a value's bytes; ``per_second`` below 1 means as fast as it goes."""

    topic: str
    records: int
    size: int
    per_second: int


@dataclass(slots=True)
class Answered:
    """Delivery reports of one run."""

    interval: int
    latencies_ms: list[float]
    records: int = 0
    failed: int = 0
    first_error: KafkaError | None = None

    def report(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self.failed += 1
            self.first_error = self.first_error or error
            return
        self.records += 1
        if self.records % self.interval == 0:
            self.latencies_ms.append((message.latency() or 0.0) * 1000)


def measure_produce(
    producer: Producer, load: Load, progress: Callable[[int], object]
) -> Measurement:
    """Produce ``load`` with null keys and wait for every answer.

    Latency is librdkafka's: from ``produce`` to the answer, queueing included. Raises
    ``CommandFailure`` when the topic is unknown or not one record was delivered.
    """
    partitions_of(producer, load.topic)
    answered = Answered(sampling_interval(load.records), [])
    target = Target(load.topic)
    # Reproducible: the same run twice sends the same bytes.
    values = [random.Random(seed).randbytes(load.size) for seed in range(PAYLOADS)]
    started = time.monotonic()
    for number, value in enumerate(islice(cycle(values), load.records)):
        if load.per_second > 0:
            _keep_to_rate(producer, load.per_second, number, started)
        if number % REPORT_EVERY == 0:
            progress(min(REPORT_EVERY, load.records - number))
        send(producer, target, None, value, answered.report)
    producer.flush()
    seconds = time.monotonic() - started
    if not answered.records and answered.first_error is not None:
        raise failure_of(answered.first_error, f"topic {load.topic}")
    return Measurement(
        records=answered.records,
        size=answered.records * load.size,
        seconds=seconds,
        failed=answered.failed,
        latencies_ms=answered.latencies_ms,
    )


def _keep_to_rate(producer: Producer, per_second: int, sent: int, started: float) -> None:
    while (early := started + sent / per_second - time.monotonic()) > 0:
        producer.poll(early)


def measure_consume(
    consumer: Consumer, reading: Reading, progress: Callable[[int], object]
) -> Measurement:
    """Consume until ``reading`` ends; the clock starts when the consumer has logged in.

    Raises ``CommandFailure`` as ``read_messages`` does.
    """
    partitions_of(consumer, reading.topic)
    records = size = 0
    started = finished = time.monotonic()
    for bunch in read_messages(consumer, reading, time.monotonic):
        if bunch:
            records += len(bunch)
            size += sum(map(payload_size, bunch))
            # The wait that finds nothing more at the end is not part of the run.
            finished = time.monotonic()
            progress(len(bunch))
    return Measurement(records=records, size=size, seconds=finished - started)
