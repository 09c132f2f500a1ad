"""The tenant's topic of source offsets, read and made by a task that starts. Blocking."""

import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
)
from confluent_kafka import TopicPartition as KafkaTopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec  # type: ignore[attr-defined]

from connect.spi.errors import ConnectError
from connect.task.messages_in import place_of
from connect.task.offsets_topic import CONFIG, PARTITIONS
from connect.task.stored_offsets import StoredOffsets

ANSWER_S: Final = 10.0
READ_S: Final = 60.0
"""Past an open transaction on the topic nothing can be read. A task's own has been ended before it
reads; another's takes milliseconds, or, when its process was killed, until its next start."""

_ABSENT: Final = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_EXCEPTION)

LOG: Final = logging.getLogger("connect.task")


def ensure_topic(settings: Mapping[str, Any], topic: str) -> None:
    """Make the topic unless it is there. Raises ``ConnectError``."""
    admin = AdminClient(dict(settings))
    try:
        if not _partitions(admin, topic):
            made = admin.create_topics(
                [NewTopic(topic, num_partitions=PARTITIONS, config=dict(CONFIG))],
                operation_timeout=ANSWER_S,
                request_timeout=ANSWER_S,
            )
            made[topic].result(2 * ANSWER_S)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise ConnectError(
                f"topic {topic} of source offsets could not be made: {error}"
            ) from error


def read_offsets(settings: Mapping[str, Any], topic: str, connector: str) -> StoredOffsets:
    """What is committed there for the connector by now; nothing when there is no such topic.

    Raises ``ConnectError`` when it cannot be read to its end.
    """
    try:
        return _read(settings, topic, connector)
    except KafkaException as error:
        raise ConnectError(f"the offsets in topic {topic} could not be read: {error}") from error


def _read(settings: Mapping[str, Any], topic: str, connector: str) -> StoredOffsets:
    admin = AdminClient(dict(settings))
    partitions = _partitions(admin, topic)
    if not partitions:
        return StoredOffsets(connector)
    ends = _ends(admin, topic, partitions)
    consumer = Consumer(
        {
            **settings,
            "group.id": f"connect-{connector}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "queued.max.messages.kbytes": 4 * 1024,
            "fetch.max.bytes": 4 * 2**20,
            "fetch.wait.max.ms": 100,
        }
    )
    try:
        consumer.assign([KafkaTopicPartition(topic, each, OFFSET_BEGINNING) for each in ends])
        return _fold(consumer, ends, connector)
    finally:
        consumer.close()


def _fold(consumer: Consumer, ends: dict[int, int], connector: str) -> StoredOffsets:
    found = StoredOffsets(connector)
    left = dict(ends)
    deadline = time.monotonic() + READ_S
    while left:
        # One by one: a call for many would wait for as many.
        message = consumer.poll(0.5)
        error = None if message is None else message.error()
        if message is not None and error is None:
            found.note(message.key(), message.value())
            # With others writing all the time no fetch is empty, and so no end is told.
            _topic, partition, offset = place_of(message)
            if offset + 1 >= left.get(partition, 0):
                left.pop(partition, None)
        elif message is not None and error is not None:
            _end(left, message, error)
        if left and time.monotonic() > deadline:
            raise ConnectError(
                f"the offsets of {connector} could not be read within {READ_S:.0f} s: a "
                "transaction on their topic is open, or the brokers do not answer"
            )
    return found


def _end(left: dict[int, int], message: Message, error: KafkaError) -> None:
    """The end of what is committed of a partition, which is the end once nothing before it is open;
    or an error. Raises ``KafkaException`` for one that does not pass."""
    if error.code() == KafkaError._PARTITION_EOF:
        _topic, partition, offset = place_of(message)
        if offset >= left.get(partition, 0):
            left.pop(partition, None)
    elif error.code() != KafkaError.GROUP_AUTHORIZATION_FAILED and not error.retriable():
        # No group is joined and nothing committed: a consumer must name one all the same, which a
        # source's account has no business with.
        raise KafkaException(error)


def _partitions(admin: AdminClient, topic: str) -> list[int]:
    described = admin.list_topics(topic, timeout=ANSWER_S).topics[topic]
    if described.error is None:
        return sorted(described.partitions)
    if described.error.code() in _ABSENT:
        return []
    raise KafkaException(described.error)


def _ends(admin: AdminClient, topic: str, partitions: list[int]) -> dict[int, int]:
    """Where each partition with anything in it ends, open transactions included."""
    latest = {
        KafkaTopicPartition(topic, each): OffsetSpec.latest()  # type: ignore[no-untyped-call]
        for each in partitions
    }
    asked = admin.list_offsets(
        latest, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=ANSWER_S
    )
    found = {each.partition: future.result(2 * ANSWER_S).offset for each, future in asked.items()}
    return {partition: end for partition, end in found.items() if end > 0}
