"""A confluent-kafka consumer by assignment."""

from threading import Event
from typing import Final

from confluent_kafka import OFFSET_END, Consumer, KafkaError, Message, TopicPartition

from tests.torture.clients import exits
from tests.torture.clients.position import Position
from tests.torture.clients.task import Task, name_of, place_of

POSITION_GONE: Final = {
    KafkaError._AUTO_OFFSET_RESET,
    KafkaError.OFFSET_OUT_OF_RANGE,
    KafkaError._LOG_TRUNCATION,
}
BATCH: Final = 500


def run(task: Task, stop: Event) -> int:
    position = Position(task)
    settings = {
        "group.id": "none",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 200,
    }
    consumer = Consumer(task.login.librdkafka(**settings))
    start = OFFSET_END if task.from_end else 0
    consumer.assign([TopicPartition(*name_of(place), start) for place in position.places])
    while not stop.is_set() and not position.is_done:
        for message in consumer.consume(BATCH, 0.2):
            if not _taken(message, position):
                return exits.RESET
    return exits.DONE


def _taken(message: Message, position: Position) -> bool:
    """Whether the reader can go on after this one."""
    error, topic, partition = message.error(), message.topic(), message.partition()
    if error is not None and error.code() not in POSITION_GONE:
        return True  # A broker that is away; the client tries again.
    assert topic is not None
    assert partition is not None
    place, offset = place_of(topic, partition), message.offset() or 0
    if error is not None:
        position.gone(place, offset, error.code())
        return False
    payload = message.value()
    position.read(place, offset, payload if isinstance(payload, bytes) else None)
    return True
