"""A sink's loop: messages of its group's partitions to ``put``, and the offsets that ``flush``
allows.

At least once: an offset is committed when the task has made durable what is before it, so that a
process that is killed gets again what it had not. Exactly once is a task's own doing: by rewinding
to what its target has, or by writes that may come twice.
"""

import logging
import random
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as KafkaTopicPartition

from connect.runtime.bisect import Trouble, trouble_of
from connect.runtime.class_names import class_name
from connect.runtime.error_policy import Stage
from connect.runtime.messages import ConsumedMessage
from connect.runtime.stages import Failed
from connect.spi.errors import ConnectError, RetriableError
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.runs import RecordRuns
from connect.spi.task import SinkTask
from connect.task.batch_room import BatchRoom
from connect.task.control import Control
from connect.task.dead_letter_writer import DeadLetterWriter
from connect.task.messages_in import (
    ConsumedMessages,
    consumed,
    message_runs,
    place_of,
    reread,
)
from connect.task.metrics import Metrics
from connect.task.pause_teller import PauseTeller
from connect.task.put_backoff import retry_after_s
from connect.task.sink_batch import SinkBatch
from connect.task.sink_positions import SinkPositions
from connect.task.sink_requests import SinkRequests
from connect.task.stage_runner import StageRunner
from connect.task.stopped import Stopped
from connect.task.topic_creation import TopicsUsed

IDLE_S: Final = 0.5
"""How long to wait for messages at most; then ``put`` gets an empty batch, so that what lingers
goes out."""
LAG_S: Final = 2.0
_UNFORGIVABLE: Final = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,
)

LOG: Final = logging.getLogger("connect.task")


class SinkLoop:
    """Runs ``task``, which has been started, until it is told to stop. ``settings`` are those of a
    member of its group."""

    def __init__(
        self,
        *,
        task: SinkTask,
        requests: SinkRequests,
        settings: Mapping[str, Any],
        runner: StageRunner,
        letters: DeadLetterWriter,
        control: Control,
        metrics: Metrics,
        pauses: PauseTeller,
        used: TopicsUsed,
        flush_s: float,
        poll_records: int,
    ) -> None:
        self._task = task
        self._requests = requests
        self._settings = settings
        self._consumer = Consumer(dict(settings))
        self._runner = runner
        self._letters = letters
        self._control = control
        self._metrics = metrics
        self._pauses = pauses
        self._used = used
        self._flush_s = flush_s
        self._poll_records = poll_records
        self._positions = SinkPositions()
        self._batch: SinkBatch | None = None
        self._doubts = 0
        self._holds = False
        """Whether all partitions are held back, for a pause or for a target that cannot take
        more."""
        self._flushed_at = self._lag_at = time.monotonic()
        self._failure: BaseException | None = None

    @property
    def consumer(self) -> Consumer:
        return self._consumer

    def run(self, topics: Sequence[str]) -> None:
        """``topics`` are names, or one pattern that begins with ``^``. Raises what ended it."""
        self._consumer.subscribe(
            list(topics),
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_lost,
        )
        try:
            if self._pauses.paused:
                self._hold()
            while not self._control.stopping.is_set():
                self._turn()
        except Stopped:
            pass
        except BaseException as error:
            # A task that has failed is asked for nothing more than to let go.
            self._failure = error
            raise
        finally:
            self._consumer.close()
        self._check()

    def _turn(self) -> None:
        # What flush has asked for, before anything later is taken.
        self._rewind()
        if self._pauses.changed():
            self._change_pause()
        if self._pauses.paused:
            self._poll_for_membership(IDLE_S)
        else:
            self._deliver(self._take())
        asked = self._requests.take_commit() or self._control.take_commit()
        now = time.monotonic()
        if asked or now - self._flushed_at >= self._flush_s:
            self._flush()
        if now - self._lag_at >= LAG_S:
            self._lag_at = now
            self._metrics.lag = self._lag()

    # Messages in.

    def _take(self) -> list[Message]:
        room = BatchRoom(self._poll_records)
        taken: list[Message] = []
        wait = IDLE_S
        while room.next_take:
            # All but the first are taken as far as they are here already: what librdkafka holds is
            # bounded, and what comes while one waits is not.
            messages = self._consumer.consume(room.next_take, wait)
            self._check()
            wait = 0
            if not messages:
                break
            asked = len(messages)
            if any(map(Message.error, messages)):
                messages = self._without_errors(messages)
            taken += messages
            room.took(asked, sum(map(len, messages)))
        return taken

    def _without_errors(self, messages: Sequence[Message]) -> list[Message]:
        good = []
        for message in messages:
            error = message.error()
            if error is None:
                good.append(message)
            else:
                self._judge(error)
        return good

    def _judge(self, error: KafkaError) -> None:
        """An error in place of a message: most pass, librdkafka sees to it."""
        if error.fatal() or error.code() in _UNFORGIVABLE:
            raise ConnectError(f"topics cannot be read: {error}")
        LOG.warning("reading goes on after: %s", error)

    def _poll_for_membership(self, seconds: float) -> None:
        """With all partitions held: stay a member of the group, and see rebalances."""
        for message in self._consumer.consume(1, seconds):
            error = message.error()
            if error is not None:
                self._judge(error)
            else:
                # It had been fetched before the hold: it is read again afterwards.
                self._consumer.seek(KafkaTopicPartition(*place_of(message)))
        self._check()

    def _read(self, messages: Sequence[Message]) -> SinkBatch:
        """Through converters and transformations; what fails there and is tolerated is a dead
        letter."""
        batch = self._read_runs(messages)
        if batch is None:
            batch = self._read_each(messages)
        for topic in {partition.topic for partition in batch.ends}:
            self._used.note(topic)
        return batch

    def _read_runs(self, messages: Sequence[Message]) -> SinkBatch | None:
        """By columns; None when one of them wants to be looked at on its own."""
        if not self._runner.takes_runs:
            return None
        found = message_runs(messages)
        if found is None or not self._positions.assigned.issuperset(run.place for run in found):
            return None
        runs = self._runner.run_columns(found)
        if runs is None:
            return None
        self._metrics.records += len(messages)
        self._metrics.bytes += sum(run.size for run in found)
        # The last run of a partition tells its end.
        ends = {run.place: run.offsets[-1] + 1 for run in found}
        return SinkBatch(RecordRuns(runs), ConsumedMessages(messages), ends, self._doubts)

    def _read_each(self, messages: Sequence[Message]) -> SinkBatch:
        """One by one."""
        records: list[SinkRecord] = []
        kept: list[ConsumedMessage] = []
        ends: dict[TopicPartition, int] = {}
        assigned, metrics, run = self._positions.assigned, self._metrics, self._runner.run
        with self._runner.batch():
            for raw in messages:
                message = consumed(raw)
                topic, number, offset, key, value, *_ = message
                partition = TopicPartition(topic, number)
                if partition not in assigned:
                    continue
                outcome = run(message)
                if isinstance(outcome, Failed):
                    self._letters.write(message, outcome)
                elif outcome is not None:
                    records.append(outcome)
                    kept.append(message)
                ends[partition] = offset + 1
                metrics.records += 1
                metrics.bytes += len(key or b"") + len(value or b"")
        return SinkBatch(records, kept, ends, self._doubts)

    # Records out.

    def _deliver(self, messages: Sequence[Message]) -> None:
        began = time.monotonic()
        batch = self._batch = self._read(messages)
        if not batch:
            self._put([])
        while (records := self._batch.next_records) is not None:
            self._put(records)
        batch, self._batch = self._batch, None
        self._doubts = batch.bisection.doubts
        for message, error in batch.bad:
            self._bury(message, error)
        for partition, end in batch.ends.items():
            self._positions.deliver(partition, end)
        self._rewind()
        if messages:
            self._metrics.batch_ms = (time.monotonic() - began) * 1000

    def _put(self, records: Sequence[SinkRecord]) -> None:
        """One call of the task. Afterwards the batch knows how it went, and has been waited for
        when the target could not take it. Raises what ends the task."""
        assert self._batch is not None
        self._requests.batch = self._batch
        try:
            self._task.put(records)
        except Exception as error:
            self._refused(records, error)
        else:
            self._metrics.go_on()
            if records:
                self._batch.failures = 0
                self._batch.bisection.succeeded()
        self._drop_rewound()

    def _refused(self, records: Sequence[SinkRecord], error: Exception) -> None:
        assert self._batch is not None
        match trouble_of(error):
            case Trouble.RETRY:
                self._batch.failures += 1
                self._metrics.wait_after(error)
                self._wait_for_target(error)
            case Trouble.RECORD if records and self._runner.policy.tolerates(Stage.TASK_PUT):
                self._batch.bisection.failed(error)
            case _:
                raise error

    def _bury(self, message: ConsumedMessage, error: Exception) -> None:
        """A record that the task refused on its own, under errors.tolerance=all."""
        failed = Failed(Stage.TASK_PUT, class_name(self._task), error, 1, tolerated=True)
        self._runner.note(message, failed)
        self._letters.write(message, failed)

    def report(self, record: SinkRecord, error: Exception) -> None:
        """What the task's errant-record reporter does. Raises ``error`` where it is not
        tolerated."""
        if not self._runner.policy.tolerates(Stage.TASK_PUT):
            raise error
        message = self._requests.message_of(record.place, record.offset)
        self._bury(message or self._find_again(record), error)

    def _find_again(self, record: SinkRecord) -> ConsumedMessage:
        """A task may report a record long after it was put. One that is gone from its topic is told
        of without what it held."""
        topic, partition = record.place
        return reread(self._settings, topic, partition, record.offset) or ConsumedMessage(
            topic, partition, record.offset, None, None, (), record.timestamp_ms,
            record.timestamp_type,
        )  # fmt: skip

    def _wait_for_target(self, error: Exception) -> None:
        assert self._batch is not None
        seconds = self._requests.take_retry_after()
        if seconds is None:
            seconds = retry_after_s(self._batch.failures, random.random())
        LOG.warning("the target is to be asked again in %.1f s: %s", seconds, error)
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Stay a member of the group meanwhile. Raises ``Stopped`` when told to stop."""
        held = self._holds
        self._hold()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._control.stopping.is_set():
                raise Stopped
            self._poll_for_membership(min(left, IDLE_S))
        if not held:
            self._release()

    # Offsets.

    def _flush(self) -> None:
        self._flushed_at = time.monotonic()
        delivered = self._positions.delivered
        if not delivered:
            self._metrics.committing.end()
            return
        try:
            allowed = self._task.flush(delivered)
        except RetriableError as error:
            self._metrics.put_off_commit(error)
            LOG.warning("nothing was committed, the target is to be asked again: %s", error)
            return
        self._letters.settle()
        commit, faults = self._positions.committable(allowed)
        for fault in faults:
            LOG.warning("the task allowed to commit %s: left alone", fault)
        if not commit or self._commit(commit):
            self._metrics.committing.end()

    def _commit(self, offsets: dict[TopicPartition, int]) -> bool:
        """Whether they were; what passes is tried again with the next ones."""
        try:
            self._consumer.commit(
                offsets=[
                    KafkaTopicPartition(each.topic, each.partition, offset)
                    for each, offset in offsets.items()
                ],
                asynchronous=False,
            )
        except KafkaException as error:
            if error.args[0].code() in _UNFORGIVABLE or error.args[0].fatal():
                raise ConnectError(f"offsets cannot be committed: {error}") from error
            # A rebalance is under way, or the coordinator moves: they are committed with the next
            # ones, by whoever has the partitions then.
            LOG.warning("offsets were not committed: %s", error)
            self._metrics.put_off_commit(error)
            return False
        self._positions.commit(offsets)
        self._task.committed(offsets)
        return True

    def _rewind(self) -> None:
        """Go on from where the task has asked to."""
        for partition, offset in self._positions.rewind(self._requests.take_rewinds()).items():
            self._consumer.seek(KafkaTopicPartition(partition.topic, partition.partition, offset))

    def _drop_rewound(self) -> None:
        """A task that wants to go back on a partition gets nothing more of it in this batch."""
        if self._batch is not None:
            rewound = self._requests.rewound & self._batch.ends.keys()
            if rewound:
                self._batch = self._batch.without(rewound)

    def _lag(self) -> int | None:
        """Records between what the task has got and the end; None while that is unknown."""
        lag = 0
        for partition, delivered in self._positions.delivered.items():
            at = KafkaTopicPartition(partition.topic, partition.partition)
            _low, high = self._consumer.get_watermark_offsets(at, cached=True)
            if high < 0:
                return None
            lag += max(high - delivered, 0)
        return lag if self._positions.delivered else None

    # The group. librdkafka calls these from within consume and close, on this thread; an error must
    # not travel through it.

    def _on_assign(self, consumer: Consumer, partitions: list[KafkaTopicPartition]) -> None:
        own = [TopicPartition(each.topic, each.partition) for each in partitions]
        starts: dict[TopicPartition, int] = {}
        try:
            self._positions.assign(own)
            self._requests.assigned = self._positions.assigned
            self._task.open(own)
            starts = self._positions.rewind(self._requests.take_rewinds())
        except Exception as error:
            self._failure = error
        for each in partitions:
            each.offset = starts.pop(TopicPartition(each.topic, each.partition), each.offset)
        consumer.incremental_assign(partitions)
        if self._holds:
            consumer.pause(partitions)
        for place, offset in starts.items():
            consumer.seek(KafkaTopicPartition(place.topic, place.partition, offset))

    def _on_revoke(self, _consumer: Consumer, partitions: list[KafkaTopicPartition]) -> None:
        try:
            if self._failure is None:
                self._flush()
        except Exception as error:
            self._failure = error
        self._let_go(partitions)

    def _on_lost(self, _consumer: Consumer, partitions: list[KafkaTopicPartition]) -> None:
        """Others have them already: nothing may be committed."""
        LOG.warning("partitions were taken away: the group did not hear of this task in time")
        self._let_go(partitions)

    def _let_go(self, partitions: list[KafkaTopicPartition]) -> None:
        gone = frozenset(TopicPartition(each.topic, each.partition) for each in partitions)
        try:
            self._task.close(gone)
        except Exception as error:
            self._failure = self._failure or error
        self._positions.revoke(gone)
        self._requests.forget(gone, self._positions.assigned)
        if self._batch is not None:
            self._batch = self._batch.without(gone)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    # Holding back.

    def _change_pause(self) -> None:
        if self._pauses.paused:
            self._flush()
            self._hold()
        else:
            self._release()
        self._pauses.tell()

    def _hold(self) -> None:
        self._holds = True
        self._pause(self._positions.assigned)

    def _release(self) -> None:
        self._holds = False
        released = self._positions.assigned - self._requests.paused
        self._consumer.resume([KafkaTopicPartition(e.topic, e.partition) for e in released])

    def _pause(self, partitions: Collection[TopicPartition]) -> None:
        self._consumer.pause([KafkaTopicPartition(e.topic, e.partition) for e in partitions])
