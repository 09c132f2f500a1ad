"""A source's records on their way to Kafka: stages, topics, and what the producer takes."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connect.runtime.messages import OutgoingMessage
from connect.runtime.stages import Failed
from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.task.control import Control
from connect.task.metrics import Metrics
from connect.task.stage_runner import StageRunner
from connect.task.stopped import Stopped
from connect.task.topic_creation import TopicMaker, TopicsUsed
from connect.task.topic_rules import TopicRules

FULL_WAIT_S: Final = 0.1
NOWHERE: Final = -1
"""Partition and offset of a record that was left out."""
_REFUSALS_OF_ONE: Final = (
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.INVALID_MSG_SIZE,
    KafkaError.INVALID_RECORD,
    KafkaError.INVALID_TIMESTAMP,
)
"""What a broker may hold against one record, while others of the same source are welcome."""

LOG: Final = logging.getLogger("connect.task")

OnDelivery = Callable[[KafkaError | None, Message], None]


class SourceOutput:
    """Everything between ``poll`` and the producer that both kinds of delivery share."""

    def __init__(
        self,
        *,
        producer: Producer,
        runner: StageRunner,
        rules: TopicRules,
        maker: TopicMaker,
        used: TopicsUsed,
        control: Control,
        metrics: Metrics,
    ) -> None:
        self.producer = producer
        self._runner = runner
        self._rules = rules
        self._maker = maker
        self._used = used
        self._control = control
        self._metrics = metrics

    @property
    def runner(self) -> StageRunner:
        return self._runner

    def message_of(self, record: SourceRecord) -> OutgoingMessage | None:
        """What is to be written for the record; None when it is left out. Its topic is there.

        Raises ``ConnectError`` when the record failed and that is not tolerated.
        """
        outcome = self._runner.run(record)
        if outcome is None or isinstance(outcome, Failed):
            return None
        message: OutgoingMessage = outcome.message
        if not self._maker.knows(message.topic):
            self._maker.ensure(message.topic, self._rules.of(message.topic))
        self._used.note(message.topic)
        return message

    def produce(self, message: OutgoingMessage, on_delivery: OnDelivery) -> bool:
        """Give it to the producer, waiting while that is full; False when the record itself is
        refused and that is tolerated. Raises ``Stopped`` and ``ConnectError``."""
        arguments = _arguments(message)
        while True:
            try:
                self.producer.produce(message.topic, **arguments, on_delivery=on_delivery)
            except BufferError:
                self.producer.poll(FULL_WAIT_S)
                if self._control.stopping.is_set():
                    raise Stopped from None
            except KafkaException as error:
                if self.tolerates(error.args[0]):
                    return False
                raise ConnectError(
                    f"a record for topic {message.topic} was refused: {error}"
                ) from error
            else:
                self._metrics.records += 1
                self._metrics.bytes += len(message.key or b"") + len(message.value or b"")
                return True

    def tolerates(self, error: KafkaError) -> bool:
        """Whether a record that was not written may be left behind (KIP-779). It is counted."""
        self._metrics.errors += 1
        if not self._runner.policy.tolerates_all or error.code() not in _REFUSALS_OF_ONE:
            return False
        LOG.error("a record was not written and is left out: %s", error)
        return True


def _arguments(message: OutgoingMessage) -> Mapping[str, Any]:
    arguments: dict[str, Any] = {"key": message.key, "value": message.value}
    if message.partition is not None:
        arguments["partition"] = message.partition
    if message.timestamp_ms is not None:
        arguments["timestamp"] = message.timestamp_ms
    if message.headers:
        arguments["headers"] = list(message.headers)
    return arguments
