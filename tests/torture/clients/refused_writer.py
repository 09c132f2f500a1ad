"""kafka-python sends records that every broker has to refuse: nobody may ever read one."""

import logging
import time
from pathlib import Path
from threading import Event
from typing import Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from tests.torture.clients import exits
from tests.torture.clients.bootstrap import bootstrapped
from tests.torture.clients.task import Task, name_of
from tests.torture.history import Kind, Recorder
from tests.torture.layout import encode, places, value_of

AHEAD_MS: Final = 24 * 3_600_000
"""Further into the future than message.timestamp.after.max.ms allows."""
WAIT_S: Final = 20.0


def run(task: Task, stop: Event) -> int:
    logging.disable()
    record = Recorder(Path(task.history))
    producer = bootstrapped(
        lambda: KafkaProducer(
            **task.login.python(), acks="all", enable_idempotence=False, max_block_ms=10_000
        )
    )
    everywhere = places("all")
    sent = 0
    while not stop.is_set():
        place = everywhere[sent % len(everywhere)]
        value = value_of(task.number, sent)
        sent += 1
        record.note(Kind.INVOKE, place, value=value)
        topic, partition = name_of(place)
        ahead = int(time.time() * 1000) + AHEAD_MS
        try:
            found = producer.send(topic, encode(value), partition=partition, timestamp_ms=ahead)
            found.get(WAIT_S)
        except KafkaError:
            pass
        # However it was answered, nobody may ever read it.
        record.note(Kind.FAIL, place, value=value)
        stop.wait(1 / task.rate)
    return exits.DONE
