"""A sink's dead letters on their way to their topic. Blocking only in ``settle``."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple, NoReturn

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connect.runtime.dead_letters import Origin, dead_letter, shorter
from connect.runtime.error_policy import ErrorPolicy
from connect.runtime.messages import ConsumedMessage, OutgoingMessage
from connect.runtime.stages import Failed
from connect.spi.errors import ConnectError
from connect.task.metrics import Metrics
from connect.task.topic_creation import TopicMaker, dead_letter_topic

SETTLE_S: Final = 30.0
FULL_WAIT_S: Final = 0.1

LOG: Final = logging.getLogger("connect.task")


class _Refused(NamedTuple):
    """In a batch that was larger than its topic takes; ``was_alone`` in it."""

    letter: OutgoingMessage
    message: ConsumedMessage
    was_alone: bool


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
        self._refused: list[_Refused] = []

    def write(self, message: ConsumedMessage, failed: Failed) -> None:
        """Nothing where the connector has no such topic. Raises ``ConnectError``."""
        letter = dead_letter(message, failed, self._policy, self._origin)
        if letter is not None:
            self._send(letter, message)
            self._metrics.dead_letters += 1

    def settle(self) -> None:
        """Return once all are written: before the offsets of what they tell of are committed.

        Raises ``ConnectError``.
        """
        if self._producer is None:
            return
        left = self._producer.flush(SETTLE_S)
        while self._refused and not left:
            refused, self._refused = self._refused, []
            for each in refused:
                self._send_alone(each)
                left = self._producer.flush(SETTLE_S)
        if left or self._failure is not None:
            raise ConnectError(
                f"dead letters were not written to {self._policy.dead_letter_topic}: "
                f"{self._failure or 'the brokers did not answer'}"
            )

    def _send_alone(self, refused: _Refused) -> None:
        """The brokers refuse a batch, in which there may have been others. What is refused on its
        own says less: a record as large as its topic takes leaves no room for what is said of it.
        """
        letter, message = refused.letter, refused.message
        if refused.was_alone:
            letter = shorter(letter, message) or _no_room(letter, message)
            LOG.warning(
                "the dead letter of %s-%d at offset %d is too large for %s with all of its context "
                "headers, and has fewer",
                message.topic, message.partition, message.offset, letter.topic,
            )  # fmt: skip
        self._send(letter, message, alone=True)

    def _send(
        self, letter: OutgoingMessage, message: ConsumedMessage, *, alone: bool = False
    ) -> None:
        producer = self._producer or self._begin(letter.topic)
        while True:
            try:
                producer.produce(
                    letter.topic,
                    key=letter.key,
                    value=letter.value,
                    headers=list(letter.headers),
                    timestamp=letter.timestamp_ms or 0,
                    on_delivery=partial(self._delivered, _Refused(letter, message, alone)),
                )
            except BufferError:
                producer.poll(FULL_WAIT_S)
            except KafkaException as error:
                raise ConnectError(
                    f"a dead letter for {letter.topic} was refused: {error}"
                ) from error
            else:
                return

    def _begin(self, topic: str) -> Producer:
        TopicMaker(self._settings).ensure(topic, dead_letter_topic(self._replication_factor))
        self._producer = Producer(self._settings)
        return self._producer

    def _delivered(self, sent: _Refused, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            return
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            self._refused.append(sent)
        elif self._failure is None:
            self._failure = error


def _no_room(letter: OutgoingMessage, message: ConsumedMessage) -> NoReturn:
    raise ConnectError(
        f"{message.topic}-{message.partition} at offset {message.offset} is larger than the "
        f"dead-letter topic {letter.topic} takes: raise its max.message.bytes"
    )
