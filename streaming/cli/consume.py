"""Records out of a topic: what ``consume`` does once its options are understood."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from streaming.cli.kafka import ANSWER_SECONDS, failure_of, partitions_of
from streaming.cli.offsets import Since, Start
from streaming.cli.positions import Range, position
from streaming.cli.records import ReadRecord
from tenants.cli.failures import UsageProblem

BATCH: Final = 500
POLL_SECONDS: Final = 0.1
"""How long one wait for records takes: Ctrl-C and time-outs are looked at in between."""

# A group id is compulsory for librdkafka; nothing is joined and nothing committed.
CONSUMER_SETTINGS: Final = {
    "group.id": "headwater-command",
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    # The end of a partition is noticed after one empty fetch.
    "fetch.wait.max.ms": 100,
    # Only met when retention overtakes the reader: what is left is read from its beginning.
    "auto.offset.reset": "earliest",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read and when to stop. None means without that limit."""

    topic: str
    start: Start
    partition: int | None = None
    max_messages: int | None = None
    idle_ms: int | None = None
    stop_at_end: bool = False


def read_messages(
    consumer: Consumer, reading: Reading, monotonic: Callable[[], float]
) -> Iterator[list[Message]]:
    """Messages as they come, in bunches that may be empty; ends when a limit of ``reading`` is met.

    Within a partition in offset order, among partitions as they arrive. Raises ``CommandFailure``
    when the topic or the partition is not there, or a broker refuses.
    """
    positions = starting_positions(consumer, reading)
    consumer.assign(positions)
    unfinished = {each.partition for each in positions}
    left = reading.max_messages
    last_arrival = monotonic()
    while left is None or left > 0:
        records = []
        limit = BATCH if left is None else min(left, BATCH)
        for message in consumer.consume(limit, POLL_SECONDS):
            error = message.error()
            if error is None:
                records.append(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                unfinished.discard(message.partition())
            else:
                raise failure_of(error, f"topic {reading.topic}, partition {message.partition()}")
        yield records
        left = None if left is None else left - len(records)
        if records:
            last_arrival = monotonic()
        elif reading.idle_ms is not None and monotonic() - last_arrival >= reading.idle_ms / 1000:
            return
        if reading.stop_at_end and not unfinished:
            return


def starting_positions(consumer: Consumer, reading: Reading) -> list[TopicPartition]:
    """One position per partition to read."""
    known = partitions_of(consumer, reading.topic)
    if reading.partition is not None and reading.partition not in known:
        raise UsageProblem(
            f"topic {reading.topic} has no partition {reading.partition}; "
            f"it has 0 to {len(known) - 1}."
        )
    chosen = known if reading.partition is None else [reading.partition]
    at_time = _offsets_at(consumer, reading, chosen)
    starts = []
    for partition in chosen:
        asked = TopicPartition(reading.topic, partition)
        low, high = consumer.get_watermark_offsets(asked, timeout=ANSWER_SECONDS)
        asked.offset = position(reading.start, Range(low, high), at_time.get(partition))
        starts.append(asked)
    return starts


def _offsets_at(consumer: Consumer, reading: Reading, partitions: Sequence[int]) -> dict[int, int]:
    """First offset at or after the time that ``reading`` starts from; absent where none is."""
    if not isinstance(reading.start, Since):
        return {}
    asked = [
        TopicPartition(reading.topic, partition, reading.start.timestamp_ms)
        for partition in partitions
    ]
    answered = consumer.offsets_for_times(asked, timeout=ANSWER_SECONDS)
    for each in answered:
        if each.error is not None:
            raise failure_of(each.error, f"topic {reading.topic}, partition {each.partition}")
    return {each.partition: each.offset for each in answered if each.offset >= 0}


def payload_size(message: Message) -> int:
    """Bytes of key and value."""
    return len(message.key() or b"") + len(message.value() or b"")


def as_record(message: Message) -> ReadRecord:
    """What a command prints of ``message``."""
    kind, timestamp_ms = message.timestamp()
    return ReadRecord(
        # Only a message that carries an error may lack these three.
        topic=cast(str, message.topic()),
        partition=cast(int, message.partition()),
        offset=cast(int, message.offset()),
        timestamp_ms=timestamp_ms if kind else -1,
        key=message.key(),
        value=message.value(),
        headers=tuple(cast("list[tuple[str, bytes | None]]", message.headers() or [])),
    )
