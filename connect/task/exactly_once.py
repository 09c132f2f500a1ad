"""A source's loop with exactly-once delivery: records and their offsets in one transaction
(KIP-618).

Whoever reads committed records sees those and only those whose offsets are stored. An earlier
process of the same task is fenced when the producer takes its transactional id; its open
transaction is aborted, and only then are offsets read.
"""

import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceTask
from connect.task.control import Control
from connect.task.messages_in import place_of
from connect.task.metrics import Metrics
from connect.task.offset_keys import partition_key, stored_key, stored_value
from connect.task.pause_teller import PauseTeller
from connect.task.refusals import ReadAgain
from connect.task.source_output import NOWHERE, SourceOutput
from connect.task.source_polling import SourcePolling
from connect.task.stopped import Stopped
from connect.task.transaction_pace import Asked, TransactionPace

ANSWER_S: Final = 10.0
COMMIT_S: Final = 60.0
PAUSED_WAIT_S: Final = 1.0
FLUSH_S: Final = 0.05
"""Between two looks whether something was refused."""
ABORT_S: Final = 2.0
_FENCED: Final = (
    KafkaError._FENCED,
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.PRODUCER_FENCED,
)
_CONSEQUENCES: Final = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, *_FENCED)
"""Of something else that befell the transaction, which is told of later."""

LOG: Final = logging.getLogger("connect.task")

Json = Mapping[str, Any]


class TransactionRequests:
    """``SourceContext.transaction``: what the task asks for, until the batch at hand is written."""

    def __init__(self) -> None:
        self._asked = Asked.NOTHING

    def commit(self) -> None:
        self._asked = Asked.COMMIT

    def abort(self) -> None:
        self._asked = Asked.ABORT

    def take(self) -> Asked:
        asked, self._asked = self._asked, Asked.NOTHING
        return asked


def take_over(producer: Producer) -> None:
    """Fence whatever had the transactional id before, and end its transaction. Raises
    ``ConnectError`` when the brokers do not let us."""
    deadline = time.monotonic() + COMMIT_S
    while True:
        try:
            producer.init_transactions(ANSWER_S)
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise _failure(error, "transactions could not be begun") from error
        else:
            return


class ExactlyOnceSource:
    """Runs ``task``, which has been started, until it is told to stop."""

    def __init__(
        self,
        *,
        task: SourceTask,
        output: SourceOutput,
        control: Control,
        metrics: Metrics,
        pauses: PauseTeller,
        pace: TransactionPace,
        requests: TransactionRequests,
        connector: str,
        offsets_topic: str,
    ) -> None:
        self._task = task
        self._output = output
        self._producer = output.producer
        self._control = control
        self._metrics = metrics
        self._pauses = pauses
        self._pace = pace
        self._requests = requests
        self._connector = connector
        self._offsets_topic = offsets_topic
        self._polling = SourcePolling(task, control, metrics)
        self._offsets: dict[str, tuple[Json, Json]] = {}
        """The newest of each source partition in this transaction."""
        self._tells_written = type(task).record_written is not SourceTask.record_written
        self._written: list[tuple[SourceRecord, int, int]] = []
        """What the task is to be told of after the commit; nothing for one that would not
        listen."""
        self._failure: Exception | None = None
        """What the first record that was not written comes to."""

    def run(self) -> None:
        """Raises what ended it, ``ReadAgain`` among others, with its transaction aborted; returns
        when it was stopped."""
        try:
            while not self._control.stopping.is_set():
                self._turn()
            if self._pace.may_commit_now:
                self._commit()
            self._abandon()
        except Stopped:
            self._abandon()
        except BaseException as error:
            self._abandon()
            cause = error if isinstance(error, KafkaException) else error.__cause__
            if isinstance(cause, KafkaException) and cause.args[0].code() in _FENCED:
                raise _failure(cause, "nothing more is written") from error
            # A transaction with a record that was refused fails whatever is next done to it.
            if self._failure is not None and self._failure is not error:
                raise self._failure from error
            raise

    def _turn(self) -> None:
        if self._pauses.changed():
            # What is open is not left open: readers of committed records would wait for it.
            if self._pace.may_commit_now:
                self._commit()
            self._pauses.tell()
        if self._pauses.paused:
            self._control.wait(PAUSED_WAIT_S)
            return
        batch = self._polling.poll()
        began = time.monotonic()
        with self._output.runner.batch():
            for record in batch:
                self._write(record)
        self._producer.poll(0)
        if isinstance(self._failure, ReadAgain):
            raise self._failure
        asked = self._pace.after_batch(time.monotonic(), self._requests.take())
        if self._control.take_commit() and self._pace.may_commit_now:
            asked = Asked.COMMIT
        self._end(asked)
        if batch:
            self._metrics.batch_ms = (time.monotonic() - began) * 1000

    def _write(self, record: SourceRecord) -> None:
        message = self._output.message_of(record)
        if not self._pace.is_open:
            self._begin()
        key = partition_key(record.source_partition)
        self._offsets[key] = (record.source_partition, record.source_offset)
        # Thousands are on their way, and each is larger than its message.
        told = record if self._tells_written else None
        if message is None or not self._output.produce(message, partial(self._delivered, told)):
            self._tell_later(told, NOWHERE, NOWHERE)

    def _delivered(
        self, record: SourceRecord | None, error: KafkaError | None, message: Message
    ) -> None:
        if error is None:
            if record is not None:
                _topic, partition, offset = place_of(message)
                self._tell_later(record, partition, offset)
        elif self._failure is None and error.code() not in _CONSEQUENCES:
            self._failure = self._output.fault_in_transaction(error, message)

    def _tell_later(self, record: SourceRecord | None, partition: int, offset: int) -> None:
        if record is not None:
            self._written.append((record, partition, offset))

    def _begin(self) -> None:
        self._producer.begin_transaction()
        self._pace.began(time.monotonic())

    def _end(self, asked: Asked) -> None:
        """Do with the open transaction what is asked. An abort that the task asked for discards its
        records for good: their offsets are committed all the same, in a transaction of their
        own."""
        if asked is Asked.NOTHING or not self._pace.is_open:
            return
        if asked is Asked.ABORT:
            self._abort()
            self._begin()
        self._commit()

    def _commit(self) -> None:
        for partition, offset in self._offsets.values():
            self._producer.produce(
                self._offsets_topic,
                key=stored_key(self._connector, partition),
                value=stored_value(offset),
                on_delivery=self._offset_delivered,
            )
        deadline = time.monotonic() + COMMIT_S
        self._settle(deadline)
        while True:
            try:
                self._producer.commit_transaction(ANSWER_S)
            except KafkaException as error:
                if not error.args[0].retriable() or time.monotonic() > deadline:
                    cause = f" ({self._failure})" if self._failure else ""
                    raise _failure(error, f"a transaction was not committed{cause}") from error
            else:
                break
        self._pace.ended()
        stored = list(self._offsets.values())
        self._offsets.clear()
        for record, at_partition, at_offset in self._written:
            self._task.record_written(record, at_partition, at_offset)
        self._written.clear()
        self._task.commit(stored)
        self._output.refusals.stored()

    def _settle(self, deadline: float) -> None:
        """Until all is acknowledged, or something is not. A commit alone would wait for what is
        behind a record that was refused, and that is not sent any more."""
        while self._failure is None and time.monotonic() < deadline:
            if not self._producer.flush(FLUSH_S):
                break
        if isinstance(self._failure, ReadAgain):
            raise self._failure

    def _offset_delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None and self._failure is None and error.code() not in _CONSEQUENCES:
            self._failure = ConnectError(f"source offsets were not written: {error}")

    def _abort(self) -> None:
        try:
            self._producer.abort_transaction(ANSWER_S)
        except KafkaException as error:
            raise _failure(error, "a transaction could not be aborted") from error
        self._pace.ended()
        if isinstance(self._failure, ReadAgain):
            raise self._failure
        self._failure = None
        for record, _partition, _offset in self._written:
            self._task.record_written(record, NOWHERE, NOWHERE)
        self._written.clear()

    def _abandon(self) -> None:
        """The next process of this task would abort what is open and begin before it; to do so now
        spares readers the wait."""
        if not self._pace.is_open:
            return
        try:
            self._producer.abort_transaction(ABORT_S)
        except KafkaException as error:
            LOG.info("the open transaction is left to the next start of this task: %s", error)


def _failure(error: KafkaException, what: str) -> ConnectError:
    if error.args[0].code() in _FENCED:
        return ConnectError(f"{what}: a later start of this task has taken over ({error})")
    return ConnectError(f"{what}: {error}")
