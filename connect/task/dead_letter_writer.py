"""A sink's dead letters on their way to their topic. Blocking only in ``settle``."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connect.runtime.dead_letters import Origin, dead_letter
from connect.runtime.error_policy import ErrorPolicy
from connect.runtime.messages import ConsumedMessage
from connect.runtime.stages import Failed
from connect.spi.errors import ConnectError
from connect.task.metrics import Metrics
from connect.task.topic_creation import TopicMaker, dead_letter_topic

SETTLE_S: Final = 30.0
FULL_WAIT_S: Final = 0.1

LOG: Final = logging.getLogger("connect.task")


class DeadLetterWriter:
    """The producer and the topic are made with the first dead letter."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        policy: ErrorPolicy,
        origin: Origin,
        replication_factor: int,
        metrics: Metrics,
    ) -> None:
        self._settings = dict(settings)
        self._policy = policy
        self._origin = origin
        self._replication_factor = replication_factor
        self._metrics = metrics
        self._producer: Producer | None = None
        self._failure: KafkaError | None = None

    def write(self, message: ConsumedMessage, failed: Failed) -> None:
        """Nothing where the connector has no such topic. Raises ``ConnectError``."""
        letter = dead_letter(message, failed, self._policy, self._origin)
        if letter is None:
            return
        producer = self._producer or self._begin(letter.topic)
        while True:
            try:
                producer.produce(
                    letter.topic,
                    key=letter.key,
                    value=letter.value,
                    headers=list(letter.headers),
                    timestamp=letter.timestamp_ms or 0,
                    on_delivery=self._delivered,
                )
            except BufferError:
                producer.poll(FULL_WAIT_S)
            except KafkaException as error:
                raise ConnectError(
                    f"a dead letter for {letter.topic} was refused: {error}"
                ) from error
            else:
                self._metrics.dead_letters += 1
                return

    def settle(self) -> None:
        """Return once all are written: before the offsets of what they tell of are committed.

        Raises ``ConnectError``.
        """
        if self._producer is None:
            return
        left = self._producer.flush(SETTLE_S)
        if left or self._failure is not None:
            raise ConnectError(
                f"dead letters were not written to {self._policy.dead_letter_topic}: "
                f"{self._failure or 'the brokers did not answer'}"
            )

    def _begin(self, topic: str) -> Producer:
        TopicMaker(self._settings).ensure(topic, dead_letter_topic(self._replication_factor))
        self._producer = Producer(self._settings)
        return self._producer

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None and self._failure is None:
            self._failure = error
