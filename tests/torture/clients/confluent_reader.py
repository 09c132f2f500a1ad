"""A confluent-kafka consumer by assignment."""

from collections.abc import Callable
from threading import Event
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from tests.torture.clients import exits
from tests.torture.clients.position import Position
from tests.torture.clients.task import Task, name_of, place_of
from tests.torture.layout import Place

POSITION_GONE: Final = {
    KafkaError._AUTO_OFFSET_RESET,
    KafkaError.OFFSET_OUT_OF_RANGE,
    KafkaError._LOG_TRUNCATION,
}
BATCH: Final = 500
LOOK_S: Final = 1.0
"""How long the end is waited for before a stop is looked for."""


def run(task: Task, stop: Event) -> int:
    position = Position(task)
    settings = {
        "group.id": "none",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 200,
    }
    starts = (
        _ends(lambda: Consumer(task.login.librdkafka(**settings)), position, stop)
        if task.from_end
        else dict.fromkeys(position.places, 0)
    )
    consumer = Consumer(task.login.librdkafka(**settings))
    consumer.assign([TopicPartition(*name_of(place), start) for place, start in starts.items()])
    while not stop.is_set() and not position.is_done:
        for message in consumer.consume(BATCH, 0.2):
            if not _taken(message, position):
                return exits.RESET
    return exits.DONE


def _ends(connect: Callable[[], Consumer], position: Position, stop: Event) -> dict[Place, int]:
    """Asked for, not left to the client, which does not say what it was told.

    By another client after a failure: librdkafka 2.16 goes on asking the leader that it was once
    told of, also when that broker is away and another has led for minutes.
    """
    found: dict[Place, int] = {}
    asking = connect()
    for place in position.places:
        while place not in found and not stop.is_set():
            try:
                told = asking.get_watermark_offsets(TopicPartition(*name_of(place)), LOOK_S)
            except KafkaException as problem:
                print(f"the end of {place}: {problem}", flush=True)
                asking.close()
                asking = connect()
                continue
            if told is not None:
                found[place] = told[1]
                position.found_end(place, told[1])
    asking.close()
    return found


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
