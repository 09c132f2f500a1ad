"""A source's loop with at-least-once delivery: an idempotent producer, offsets after the records.

An offset is stored once its record, and all before it of the same source partition, have been
acknowledged. A process that is killed between the two writes those records again.
"""

import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, Message

from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceTask
from connect.task.control import Control
from connect.task.messages_in import place_of
from connect.task.metrics import Metrics
from connect.task.offset_keys import stored_key, stored_value
from connect.task.pause_teller import PauseTeller
from connect.task.source_output import NOWHERE, SourceOutput
from connect.task.source_polling import SourcePolling
from connect.task.stopped import Stopped
from connect.task.submitted_offsets import Submission, SubmittedOffsets

STORE_S: Final = 30.0
"""For the offsets' own acknowledgement; past it the task fails, and starts where it last stored."""
LAST_FLUSH_S: Final = 3.0
"""At the end, for what is still on its way."""
PAUSED_WAIT_S: Final = 1.0

LOG: Final = logging.getLogger("connect.task")

Json = Mapping[str, Any]


class AtLeastOnceSource:
    """Runs ``task``, which has been started, until it is told to stop."""

    def __init__(
        self,
        *,
        task: SourceTask,
        output: SourceOutput,
        control: Control,
        metrics: Metrics,
        pauses: PauseTeller,
        connector: str,
        offsets_topic: str,
        flush_s: float,
    ) -> None:
        self._task = task
        self._output = output
        self._producer = output.producer
        self._control = control
        self._metrics = metrics
        self._pauses = pauses
        self._connector = connector
        self._offsets_topic = offsets_topic
        self._flush_s = flush_s
        self._polling = SourcePolling(task, control, metrics)
        self._submitted = SubmittedOffsets()
        self._tells_written = type(task).record_written is not SourceTask.record_written
        self._stored_at = time.monotonic()
        self._failure: Exception | None = None
        self._has_failed = False
        """Then no record is left out any more: what was not written comes again."""

    def run(self) -> None:
        """Raises what ended it, ``ReadAgain`` among others, after storing what may be stored;
        returns when it was stopped."""
        try:
            while not self._control.stopping.is_set():
                self._turn()
        except Stopped:
            pass
        except BaseException:
            self._try_last_store()
            raise
        self._producer.flush(LAST_FLUSH_S)
        self._store(LAST_FLUSH_S)

    def _turn(self) -> None:
        if self._pauses.changed():
            self._producer.flush(LAST_FLUSH_S)
            self._store(STORE_S)
            self._pauses.tell()
        if self._pauses.paused:
            self._control.wait(PAUSED_WAIT_S)
        else:
            batch = self._polling.poll()
            began = time.monotonic()
            with self._output.runner.batch():
                for record in batch:
                    self._write(record)
            if batch:
                self._metrics.batch_ms = (time.monotonic() - began) * 1000
        self._producer.poll(0)
        self._check()
        asked = self._control.take_commit()
        if asked or time.monotonic() - self._stored_at >= self._flush_s:
            self._store(STORE_S)

    def _write(self, record: SourceRecord) -> None:
        message = self._output.message_of(record)
        submission = self._submitted.submit(record.source_partition, record.source_offset)
        # Thousands are on their way, and each is larger than its message.
        told = record if self._tells_written else None
        if message is None:
            self._left_out(told, submission)
            return
        on_delivery = partial(self._delivered, told, submission)
        if not self._output.produce(message, on_delivery):
            self._left_out(told, submission)

    def _left_out(self, record: SourceRecord | None, submission: Submission) -> None:
        self._submitted.acknowledge(submission)
        if record is not None:
            self._task.record_written(record, NOWHERE, NOWHERE)

    def _delivered(
        self,
        record: SourceRecord | None,
        submission: Submission,
        error: KafkaError | None,
        message: Message,
    ) -> None:
        """Called by the producer, on this thread, from within poll and flush. ``record`` is None
        for a task that does not listen."""
        if error is None:
            self._submitted.acknowledge(submission)
            if record is not None:
                _topic, partition, offset = place_of(message)
                self._task.record_written(record, partition, offset)
        elif self._failure is None and not self._has_failed:
            self._failure = self._output.fault(error, message)
            if self._failure is None:
                self._left_out(record, submission)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _store(self, within_s: float) -> None:
        """Write the offsets that may be stored, wait for them, and tell the task."""
        self._stored_at = time.monotonic()
        taken = self._submitted.take()
        waiting = [self._write_offset(partition, offset) for partition, offset in taken]
        deadline = time.monotonic() + within_s
        while waiting:
            self._producer.poll(0.05)
            self._check()
            waiting = [each for each in waiting if not each.acknowledged]
            if waiting and time.monotonic() > deadline:
                raise ConnectError(
                    f"source offsets were not written to {self._offsets_topic} within "
                    f"{within_s:.0f} s; records since the last ones come again"
                )
        self._task.commit(taken)
        self._output.refusals.stored()

    def _write_offset(self, partition: Json, offset: Json) -> Submission:
        written = Submission(partition, offset)

        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                written.acknowledged = True
            elif self._failure is None:
                self._failure = ConnectError(f"source offsets were not written: {error}")

        self._producer.produce(
            self._offsets_topic,
            key=stored_key(self._connector, partition),
            value=stored_value(offset),
            on_delivery=delivered,
        )
        return written

    def _try_last_store(self) -> None:
        """The task has failed: what is written need not come again for that."""
        try:
            self._has_failed = True
            self._producer.flush(LAST_FLUSH_S)
            self._failure = None
            self._store(LAST_FLUSH_S)
        except Exception as error:
            LOG.warning("the offsets could not be stored after the failure: %s", error)
