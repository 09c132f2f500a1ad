"""A member of a plain consumer group that commits what it has read, again and again."""

import time
from pathlib import Path
from threading import Event
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from tests.torture.clients import exits
from tests.torture.clients.groups import GROUPS, consumer_of, subscribe
from tests.torture.clients.task import Task, name_of, place_of
from tests.torture.history import Kind, Recorder
from tests.torture.layout import Place, decode

BATCH: Final = 50
STAYS_S: Final = (8.0, 3.0)
"""How long the first member stays before it joins anew, and how much longer each other."""


def run(task: Task, stop: Event) -> int:
    record = Recorder(Path(task.history))
    while not stop.is_set():
        consumer = consumer_of(task.login, GROUPS[task.role])
        subscribe(consumer, task, record)
        leaves = time.monotonic() + STAYS_S[0] + STAYS_S[1] * task.slot
        is_sure = True
        # Behind a commit of which nothing is known, another could overtake it: a new member cannot.
        while is_sure and not stop.is_set() and time.monotonic() < leaves:
            is_sure = _read_and_commit(consumer, record)
        consumer.close()
    return exits.DONE


def _read_and_commit(consumer: Consumer, record: Recorder) -> bool:
    """False when the commit was not acknowledged: it may count or not."""
    ends: dict[Place, int] = {}
    for message in consumer.consume(BATCH, 0.2):
        if message.error() is None:
            place, offset = note_read(message, record)
            ends[place] = offset + 1
    if not ends:
        return True
    wanted = [TopicPartition(*name_of(place), end) for place, end in ends.items()]
    try:
        done = consumer.commit(offsets=wanted, asynchronous=False) or []
    except KafkaException:
        return False
    for each in done:
        if each.error is None:
            record.note(Kind.COMMIT, place_of(each.topic, each.partition), offset=each.offset)
    return all(each.error is None for each in done)


def note_read(message: Message, record: Recorder) -> tuple[Place, int]:
    """Write down what was read; where it stood."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    payload = message.value()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    place = place_of(topic, partition)
    value = decode(payload if isinstance(payload, bytes) else None)
    if value is None:
        record.note(Kind.GARBLED, place, offset=offset)
    else:
        record.note(Kind.POLL, place, value=value, offset=offset)
    return place, offset
