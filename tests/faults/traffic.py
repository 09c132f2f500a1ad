"""Producers and consumers that run while something is being broken, and what they saw."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition


@dataclass(slots=True)
class Traffic:
    """One idempotent acks=all producer and one reader of partition 0; a context manager.

    A send counts as failed only when the client gave up on it; what it retried by itself is what
    clients are for.
    """

    client: dict[str, Any]
    topic: str
    per_second: int = 200
    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    longest_gap_s: float = 0.0
    """The longest time between two acknowledgements."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Traffic":
        self._threads = [
            threading.Thread(target=self._produce, name="producer"),
            threading.Thread(target=self._consume, name="consumer"),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)

    def missing(self) -> set[int]:
        """Acknowledged and not seen by the reader."""
        return self.acknowledged - set(self.seen)

    def _produce(self) -> None:
        settings = {"enable.idempotence": True, "linger.ms": 2, "log_level": 0}
        producer = Producer({**self.client, **settings, "message.timeout.ms": 60_000})
        last = time.monotonic()

        def on_delivery(error: KafkaError | None, message: Message) -> None:
            nonlocal last
            if error is not None:
                self.failures.append(str(error))
                return
            now = time.monotonic()
            self.longest_gap_s = max(self.longest_gap_s, now - last)
            last = now
            self.acknowledged.add(int(message.value() or b"-1"))

        while not self._stop.is_set():
            producer.produce(self.topic, b"%d" % self.sent, partition=0, on_delivery=on_delivery)
            self.sent += 1
            producer.poll(0)
            self._stop.wait(1 / self.per_second)
        producer.flush(60)

    def _consume(self) -> None:
        told = {"group.id": "traffic", "enable.auto.commit": False, "log_level": 0}
        consumer = Consumer({**self.client, **told})
        consumer.assign([TopicPartition(self.topic, 0, 0)])
        quiet_until = time.monotonic() + 3600
        while True:
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                self.seen.append(int(message.value() or b"-1"))
            if self._stop.is_set():
                quiet_until = min(quiet_until, time.monotonic() + 60)
                settled = not self._threads[0].is_alive() and not self.missing()
                if settled or time.monotonic() > quiet_until:
                    break
        consumer.close()
