"""What comes out of a consumer, as our messages; and one message read again from its topic."""

import time
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, overload

from confluent_kafka import (
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    Message,
)
from confluent_kafka import TopicPartition as KafkaTopicPartition

from connect.runtime.messages import ConsumedMessage
from connect.runtime.run_reading import MessageRun
from connect.spi.records import TimestampType, TopicPartition

READ_S: Final = 10.0

_TYPES: Final = {
    TIMESTAMP_CREATE_TIME: TimestampType.CREATE,
    TIMESTAMP_LOG_APPEND_TIME: TimestampType.LOG_APPEND,
}


def place_of(message: Message) -> tuple[str, int, int]:
    """Topic, partition, offset, of a message that is in Kafka: those of others are None."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    return topic, partition, offset


def consumed(message: Message) -> ConsumedMessage:
    """confluent-kafka's message as ours. Kinds of timestamps are kept, a missing one is None."""
    kind, timestamp = message.timestamp()
    kept = _TYPES.get(kind, TimestampType.NONE)
    headers: Any = message.headers()
    return ConsumedMessage(
        *place_of(message),
        message.key(),
        message.value(),
        tuple(headers or ()),
        None if kept is TimestampType.NONE else timestamp,
        kept,
    )


class ConsumedMessages(Sequence[ConsumedMessage]):
    """Each made when it is asked for: most are never."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages

    def __len__(self) -> int:
        return len(self._messages)

    @overload
    def __getitem__(self, index: int) -> ConsumedMessage: ...

    @overload
    def __getitem__(self, index: slice) -> "ConsumedMessages": ...

    def __getitem__(self, index: int | slice) -> "ConsumedMessage | ConsumedMessages":
        if isinstance(index, slice):
            return ConsumedMessages(self._messages[index])
        return consumed(self._messages[index])


def message_runs(messages: Sequence[Message]) -> list[MessageRun] | None:
    """All of them by partition, in their order; None where one has headers."""
    # A loop in Python over records takes longer than all that is done to them in C: hence columns.
    if any(map(Message.headers, messages)):
        return None
    times = list(map(Message.timestamp, messages))
    sources = zip(
        map(Message.topic, messages),
        map(Message.partition, messages),
        map(itemgetter(0), times),
        strict=True,
    )
    runs: list[MessageRun] = []
    start = 0
    topic: Any
    partition: Any
    for (topic, partition, kind), same in groupby(sources):
        end = start + sum(1 for _ in same)
        runs.append(
            _run(TopicPartition(topic, partition), kind, messages[start:end], times[start:end])
        )
        start = end
    return runs


def _run(
    place: TopicPartition, kind: int, messages: Sequence[Message], times: list[tuple[int, int]]
) -> MessageRun:
    kept = _TYPES.get(kind, TimestampType.NONE)
    offsets: list[Any] = list(map(Message.offset, messages))
    return MessageRun(
        place,
        offsets,
        list(map(Message.key, messages)),
        list(map(Message.value, messages)),
        None if kept is TimestampType.NONE else list(map(itemgetter(1), times)),
        kept,
    )


def reread(
    settings: Mapping[str, Any], topic: str, partition: int, offset: int
) -> ConsumedMessage | None:
    """None when it is no longer there, or not within ``READ_S``. ``settings`` are a consumer's; no
    member joins its group."""
    consumer = Consumer({**settings, "enable.partition.eof": True, "fetch.max.bytes": 2**20})
    try:
        consumer.assign([KafkaTopicPartition(topic, partition, offset)])
        deadline = time.monotonic() + READ_S
        while time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is None:
                continue
            if message.error() is not None or message.offset() != offset:
                return None
            return consumed(message)
        return None
    finally:
        consumer.close()
