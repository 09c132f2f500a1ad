"""A kafka-python consumer by assignment."""

import logging
import time
from threading import Event
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError

from tests.torture.clients import exits
from tests.torture.clients.bootstrap import bootstrapped
from tests.torture.clients.position import Position
from tests.torture.clients.task import Task, name_of, place_of

LOOK_MS: Final = 1_000
"""How long the end is waited for before a stop is looked for."""


def run(task: Task, stop: Event) -> int:
    logging.disable()
    position = Position(task)
    consumer = bootstrapped(
        lambda: KafkaConsumer(
            **task.login.python(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=200,
        )
    )
    assigned = [TopicPartition(*name_of(place)) for place in position.places]
    consumer.assign(assigned)
    if task.from_end:
        consumer.seek_to_end(*assigned)
        _note_ends(consumer, position, stop)
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


def _note_ends(consumer: KafkaConsumer, position: Position, stop: Event) -> None:
    for place in position.places:
        while not stop.is_set():
            try:
                found = consumer.position(TopicPartition(*name_of(place)), timeout_ms=LOOK_MS)
            except KafkaError:
                continue
            if found is not None:
                position.found_end(place, found)
                break
