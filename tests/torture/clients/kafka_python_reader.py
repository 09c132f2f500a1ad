"""A kafka-python consumer by assignment."""

import logging
import time
from threading import Event

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError

from tests.torture.clients import exits
from tests.torture.clients.position import Position
from tests.torture.clients.task import Task, name_of, place_of


def run(task: Task, stop: Event) -> int:
    logging.disable()
    position = Position(task)
    consumer = _connected(task)
    assigned = [TopicPartition(*name_of(place)) for place in position.places]
    consumer.assign(assigned)
    if task.from_end:
        consumer.seek_to_end(*assigned)
    else:
        for where in assigned:
            consumer.seek(where, 0)
    while not stop.is_set() and not position.is_done:
        try:
            found = consumer.poll(timeout_ms=200, max_records=500)
        except OffsetOutOfRangeError as gone:
            for where, offset in gone.args[0].items():
                position.gone(place_of(where.topic, where.partition), offset, gone.errno)
            return exits.RESET
        except KafkaError:
            time.sleep(0.2)
            continue
        for where, records in found.items():
            place = place_of(where.topic, where.partition)
            for record in records:
                position.read(place, record.offset, record.value)
    return exits.DONE


def _connected(task: Task) -> KafkaConsumer:
    """The constructor asks a broker; tried until one answers."""
    while True:
        try:
            return KafkaConsumer(
                **task.login.python(),
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_committed",
                fetch_max_wait_ms=200,
            )
        except KafkaError:
            time.sleep(0.5)
