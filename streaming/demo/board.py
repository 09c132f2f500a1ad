"""A departures board: a consumer group that reads the demo's topic, so that there is one to see.

It counts departures by airport and says so now and then; what matters is that it joins, reads and
commits as any consumer does.
"""

import logging
import time
from collections import Counter
from threading import Event
from typing import Any, Final

from confluent_kafka import Consumer, Message

log = logging.getLogger(__name__)

GROUP: Final = "demo-board"
CONSUMER_SETTINGS: Final = {
    "group.id": GROUP,
    "client.id": GROUP,
    "auto.offset.reset": "earliest",
    # A board that was killed is missed soon, and a new one need not wait for it.
    "session.timeout.ms": 10_000,
    # Nobody waits for its counts: a look each second for what has come, not one for each batch.
    "fetch.min.bytes": 1_048_576,
    "fetch.wait.max.ms": 1_000,
}
BUNCH: Final = 500
POLL_SECONDS: Final = 0.5
SAY_SECONDS: Final = 600.0


class Board:
    """One consumer of the group. ``stop`` ends it within a second."""

    def __init__(self, settings: dict[str, Any], topic: str, stop: Event) -> None:
        self._settings = settings
        self._topic = topic
        self._stop = stop
        self.departures: Counter[str] = Counter()

    def run(self) -> None:
        """Read until ``stop``, then leave the group; librdkafka outlives whatever is in the way."""
        consumer = Consumer(self._settings | CONSUMER_SETTINGS)
        consumer.subscribe([self._topic])
        said = time.monotonic()
        while not self._stop.is_set():
            for message in consumer.consume(BUNCH, POLL_SECONDS):
                if message.error() is None:
                    self.departures[_origin(message)] += 1
            if time.monotonic() - said >= SAY_SECONDS:
                said = time.monotonic()
                counts = ", ".join(f"{name} {n}" for name, n in sorted(self.departures.items()))
                log.info("departures on the board: %s", counts or "none")
        consumer.close()


def _origin(message: Message) -> str:
    """The airport, out of the record's headers."""
    for name, value in message.headers() or ():
        if name == "origin" and value is not None:
            return value.decode(errors="replace") if isinstance(value, bytes) else value
    return "elsewhere"
