"""An aiokafka consumer by assignment."""

import asyncio
import logging
from threading import Event
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from tests.torture.clients import exits
from tests.torture.clients.position import Position
from tests.torture.clients.task import Task, name_of, place_of

LOOK_S: Final = 1.0
"""How long the end is waited for before a stop is looked for."""
METADATA_MS: Final = 3_000
"""aiokafka 0.14 does not ask for metadata again when a broker that leads a partition no longer is
asked where it ends, and goes on asking it: until its metadata is renewed, by default for five
minutes."""


def run(task: Task, stop: Event) -> int:
    logging.disable()
    return asyncio.run(_read(task, stop))


async def _read(task: Task, stop: Event) -> int:
    position = Position(task)
    consumer = await _connected(task)
    assigned = [TopicPartition(*name_of(place)) for place in position.places]
    consumer.assign(assigned)
    if task.from_end:
        await consumer.seek_to_end(*assigned)
        await _note_ends(consumer, position, stop)
    else:
        for where in assigned:
            consumer.seek(where, 0)
    while not stop.is_set() and not position.is_done:
        try:
            found = await consumer.getmany(timeout_ms=200, max_records=500)
        except OffsetOutOfRangeError as gone:
            for where, offset in gone.args[0].items():
                position.gone(place_of(where.topic, where.partition), offset, gone.errno)
            return exits.RESET
        for where, records in found.items():
            place = place_of(where.topic, where.partition)
            for record in records:
                position.read(place, record.offset, record.value)
    return exits.DONE


async def _note_ends(consumer: AIOKafkaConsumer, position: Position, stop: Event) -> None:
    for place in position.places:
        while not stop.is_set():
            try:
                found = await asyncio.wait_for(
                    consumer.position(TopicPartition(*name_of(place))), LOOK_S
                )
            except (TimeoutError, KafkaError):
                continue
            position.found_end(place, found)
            break


async def _connected(task: Task) -> AIOKafkaConsumer:
    """A client that does not try for long by itself, tried until a broker is there."""
    while True:
        consumer = AIOKafkaConsumer(
            **task.login.python(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=200,
            retry_backoff_ms=200,
            metadata_max_age_ms=METADATA_MS,
        )
        try:
            await consumer.start()
        except KafkaError:
            await consumer.stop()
            await asyncio.sleep(0.5)
        else:
            return consumer
