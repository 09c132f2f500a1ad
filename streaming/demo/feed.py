"""Replays departures into the demo's topic for as long as it is let.

Keeps no file: how far it is stands in the topic itself. The sum of the partitions' end offsets is
the number of departures ever produced, whatever retention has removed since.
"""

import logging
import time
from threading import Event
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from streaming.cli.kafka import ANSWER_SECONDS, failure_of, partitions_of
from streaming.cli.produce import PARTITIONER
from streaming.demo.flights import FlightRecord, replay
from streaming.demo.pace import Pace
from tenants.cli.failures import CommandFailure, explain

log = logging.getLogger(__name__)

PRODUCER_SETTINGS: Final = {
    "acks": "all",
    "enable.idempotence": True,
    "partitioner": PARTITIONER,
    "compression.type": "lz4",
    # Four batches a second and partition rather than fifty: a live view moves as before, and a cell
    # with nothing but the demo in it, which flushes each on three brokers, is nearly at rest.
    "linger.ms": 250,
    # Two minutes of departures; with brokers away for longer the feed waits instead of queueing.
    "queue.buffering.max.messages": 6_000,
}
RETRY_SECONDS: Final = 2.0
COMPLAINT_SECONDS: Final = 60.0
"""Undelivered records are reported once in this time, not 50 times a second."""


class FeedLost(Exception):
    """The producer cannot go on; a new process takes up where the topic ends."""


class Feed:
    """One run of the replay. ``stop`` ends it within a second."""

    def __init__(self, settings: dict[str, Any], topic: str, stop: Event) -> None:
        self._settings = settings
        self._topic = topic
        self._stop = stop
        self._undelivered = 0
        self._complained_at = float("-inf")

    def run(self) -> None:
        """Feed until ``stop``; what was sent is flushed. Raises ``FeedLost``."""
        produced = self._produced_so_far()
        if produced is None:
            return
        log.info("topic %s has had %d departures; the replay goes on there", self._topic, produced)
        producer = Producer(self._settings | PRODUCER_SETTINGS | {"error_cb": _raise_if_fatal})
        pace = Pace(produced, time.monotonic())
        for record in replay(produced):
            self._stop.wait(pace.wait(time.monotonic()))
            if self._stop.is_set() or not self._send(producer, record):
                break
            pace.sent(time.monotonic())
        # The supervisor grants two seconds in all.
        producer.flush(1.5)

    def _produced_so_far(self) -> int | None:
        """Departures that the topic has ever had; None when stopped before the brokers answered."""
        told = ""
        while not self._stop.is_set():
            try:
                return _sum_of_end_offsets(self._settings, self._topic)
            except (KafkaException, CommandFailure) as error:
                failure = explain(error)
                # Brokers that are still starting are no news; the same news is told once.
                if failure is not None and failure.code != told:
                    told = failure.code
                    log.info("waiting: %s", failure.message)
            self._stop.wait(RETRY_SECONDS)
        return None

    def _send(self, producer: Producer, record: FlightRecord) -> bool:
        """Queue one departure; False when stopped while the queue was full."""
        while not self._stop.is_set():
            try:
                producer.produce(
                    self._topic,
                    record.value,
                    record.key,
                    headers=list(record.headers),
                    on_delivery=self._delivered,
                )
            except BufferError:
                producer.poll(RETRY_SECONDS / 2)
                continue
            producer.poll(0)
            return True
        return False

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            return
        self._undelivered += 1
        now = time.monotonic()
        if now - self._complained_at >= COMPLAINT_SECONDS:
            self._complained_at = now
            failure = failure_of(error, f"topic {self._topic}")
            log.warning("%d departures undelivered so far: %s", self._undelivered, failure.message)


def _raise_if_fatal(error: KafkaError) -> None:
    # The authorities that this process took with it may not be those of today.
    if error.fatal() or error.code() == KafkaError._SSL:
        raise FeedLost(error.str())


def _sum_of_end_offsets(settings: dict[str, Any], topic: str) -> int:
    consumer = Consumer(settings | {"group.id": "demo-feed"})
    try:
        partitions = partitions_of(consumer, topic)
        ends = (
            consumer.get_watermark_offsets(TopicPartition(topic, each), timeout=ANSWER_SECONDS)[1]
            for each in partitions
        )
        return sum(ends)
    finally:
        consumer.close()
