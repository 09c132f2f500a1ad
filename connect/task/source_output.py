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
from connect.task.refusals import Refusals, mark_of, was_alone
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
_SIZE: Final = (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE)

LOG: Final = logging.getLogger("connect.task")

OnDelivery = Callable[[KafkaError | None, Message], None]
LimitOf = Callable[[str], int | None]
"""How many bytes a topic takes in a batch, None where nobody says."""


class SourceOutput:
    """Everything between ``poll`` and the producer that both kinds of delivery share."""

    def __init__(
        self,
        *,
        producer: Producer,
        runner: StageRunner,
        rules: TopicRules,
        maker: TopicMaker,
        limit_of: LimitOf,
        refusals: Refusals,
        used: TopicsUsed,
        control: Control,
        metrics: Metrics,
    ) -> None:
        self.producer = producer
        self._runner = runner
        self._rules = rules
        self._maker = maker
        self._limit_of = limit_of
        self.refusals = refusals
        self._batch_bytes = refusals.batch_bytes
        self._used = used
        self._control = control
        self._metrics = metrics

    @property
    def runner(self) -> StageRunner:
        return self._runner

    def message_of(self, record: SourceRecord) -> OutgoingMessage | None:
        """What is to be written for the record; None when it is left out. Its topic is there.

        Raises ``ConnectError`` when the record failed and that is not tolerated, and ``ReadAgain``
        when its topic takes less than the producer's batches.
        """
        outcome = self._runner.run(record)
        if outcome is None or isinstance(outcome, Failed):
            return None
        message: OutgoingMessage = outcome.message
        if not self._maker.knows(message.topic):
            self._maker.ensure(message.topic, self._rules.of(message.topic))
            limit = self._limit_of(message.topic)
            if limit is not None:
                self.refusals.fit(message.topic, limit)
        self._used.note(message.topic)
        return message

    def produce(self, message: OutgoingMessage, on_delivery: OnDelivery) -> bool:
        """Give it to the producer, waiting while that is full; False when the record itself is
        refused, or was, and that is tolerated. Raises ``Stopped`` and ``ConnectError``."""
        if self.refusals.leaves_out(message.topic, message.key, message.value, message.headers):
            return False
        arguments = _arguments(message)
        while True:
            try:
                self.producer.produce(message.topic, **arguments, on_delivery=on_delivery)
            except BufferError:
                self.producer.poll(FULL_WAIT_S)
                if self._control.stopping.is_set():
                    raise Stopped from None
            except KafkaException as error:
                if self._tolerates(error.args[0]):
                    return False
                raise ConnectError(
                    f"a record for topic {message.topic} was refused: {error}"
                ) from error
            else:
                self.refusals.wrote_one()
                self._metrics.records += 1
                self._metrics.bytes += len(message.key or b"") + len(message.value or b"")
                return True

    def fault(self, error: KafkaError, message: Message) -> Exception | None:
        """What to raise for a record that was not written; None when it may be left behind
        (KIP-779), which is counted and logged."""
        refused = error.code() in _REFUSALS_OF_ONE
        if refused and not was_alone(_size(message), self._batch_bytes):
            return self.refusals.smaller(by_size=error.code() in _SIZE)
        if self._tolerates(error):
            return None
        return ConnectError(f"a record for topic {message.topic()} was not written: {error}")

    def fault_in_transaction(self, error: KafkaError, message: Message) -> Exception:
        """The same where the transaction is lost with the record: it is left out of the next."""
        fault = self.fault(error, message)
        if fault is None:
            headers: Any = message.headers()
            mark = mark_of(message.topic() or "", message.key(), message.value(), headers or ())
            fault = self.refusals.leave_out(mark)
        return fault or ConnectError(
            f"records for topic {message.topic()} are refused again and again in one transaction, "
            f"or one is another each time that it is read: {error}"
        )

    def _tolerates(self, error: KafkaError) -> bool:
        if error.code() not in _REFUSALS_OF_ONE:
            return False
        self._metrics.errors += 1
        if not self._runner.policy.tolerates_all:
            return False
        LOG.error("a record was not written and is left out: %s", error)
        return True


def _size(message: Message) -> int:
    return len(message.key() or b"") + len(message.value() or b"")


def _arguments(message: OutgoingMessage) -> Mapping[str, Any]:
    arguments: dict[str, Any] = {"key": message.key, "value": message.value}
    if message.partition is not None:
        arguments["partition"] = message.partition
    if message.timestamp_ms is not None:
        arguments["timestamp"] = message.timestamp_ms
    if message.headers:
        arguments["headers"] = list(message.headers)
    return arguments
