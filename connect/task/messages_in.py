"""What comes out of a consumer, as our messages; and one message read again from its topic."""

import time
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import (
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    Message,
)
from confluent_kafka import TopicPartition as KafkaTopicPartition

from connect.runtime.messages import ConsumedMessage
from connect.spi.records import TimestampType

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
