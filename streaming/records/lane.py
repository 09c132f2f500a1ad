"""One partition's records on their way: batches in order, each exactly once, an outcome per record.

The rules of an idempotent producer (KIP-98), without I/O or clock. One batch is on its way at a
time. It keeps its sequence number until its fate is known, so sending it again writes nothing
twice. A batch that was refused was not written and has used no number: it is cut in halves, until
the record that is to blame stands alone and the others are written.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from brokers.kernel.errors import ErrorCode
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.outgoing import Parcel

BATCH_BYTES: Final = 256 * 1024
_RECORD_FIELDS_BYTES: Final = 16
_SEQUENCE_MASK: Final = 0x7FFFFFFF

_NOT_WRITTEN: Final = frozenset(
    {
        ErrorCode.LEADER_NOT_AVAILABLE,
        ErrorCode.REPLICA_NOT_AVAILABLE,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.BROKER_NOT_AVAILABLE,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.CONCURRENT_TRANSACTIONS,
    }
)
"""Said before anything is appended; sending again can help."""

_PERHAPS_WRITTEN: Final = frozenset(
    {
        # A leader that is deposed says so to those whose batches it has appended, too.
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        ErrorCode.NETWORK_EXCEPTION,
        ErrorCode.KAFKA_STORAGE_ERROR,
        ErrorCode.UNKNOWN_SERVER_ERROR,
    }
)
"""The batch may be in the log and not yet be committed; sending it again tells."""

_OF_THE_WHOLE: Final = frozenset(
    {
        ErrorCode.TOPIC_AUTHORIZATION_FAILED,
        ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
        ErrorCode.POLICY_VIOLATION,
        ErrorCode.THROTTLING_QUOTA_EXCEEDED,
    }
)
"""Said of who writes and of the topic, and of no record: its parts would be told the same."""

_SEQUENCE_LOST: Final = frozenset(
    {
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        ErrorCode.UNKNOWN_PRODUCER_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.INVALID_PRODUCER_ID_MAPPING,
        ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
    }
)
"""The broker's memory of this producer is not ours: the topic was made anew, or it forgot."""


class ProducerId(NamedTuple):
    id: int
    epoch: int


class Span(NamedTuple):
    """Records ``start`` to ``stop`` of a parcel."""

    parcel: Parcel
    start: int
    stop: int


@dataclass(slots=True, eq=False)
class Batch:
    """Records that are written together or not at all. ``payload`` is a record batch (format v2).

    ``uncertain``: an attempt may have written it, so its sequence number is spoken for.
    """

    spans: list[Span]
    count: int
    payload: bytes = b""
    uncertain: bool = False

    @property
    def deadline(self) -> float:
        return min(span.parcel.deadline for span in self.spans)


class Lane:
    """One partition. Its user sends what ``take`` gives and says how it went, one at a time."""

    __slots__ = ("_heads", "_queue", "_sent", "_sequence", "partition", "pending_bytes", "producer",
                 "topic")  # fmt: skip

    def __init__(self, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        self.producer: ProducerId | None = None
        """To be set before ``take`` whenever it is None: an id that this lane never had."""
        self.pending_bytes = 0
        self._sequence = 0
        self._queue: deque[Span] = deque()
        self._heads: deque[Batch] = deque()
        """Batches to send before the queue: one to send again, or the parts of one."""
        self._sent: Batch | None = None

    @property
    def waiting(self) -> bool:
        """Whether there is a batch to take."""
        return self._sent is None and bool(self._heads or self._queue)

    @property
    def repeats(self) -> bool:
        """Whether the next batch was sent before."""
        return bool(self._heads and self._heads[0].payload)

    def add(self, parcel: Parcel) -> None:
        self._queue.append(Span(parcel, 0, len(parcel.records)))
        self.pending_bytes += sum(parcel.sizes)

    def take(self) -> Batch | None:
        """The next batch to send; None when there is nothing, or one is on its way."""
        if not self.waiting:
            return None
        assert self.producer is not None, "a lane needs a producer id before it sends"
        batch = self._heads.popleft() if self._heads else self._next_batch()
        if not batch.payload:
            batch.payload = self._payload(batch)
        self._sent = batch
        return batch

    def on_written(self, base_offset: int, appended_ms: int) -> None:
        """The batch is committed, from ``base_offset`` on."""
        batch = self._ended()
        self._sequence = (self._sequence + batch.count) & _SEQUENCE_MASK
        for parcel, start, stop in batch.spans:
            self.pending_bytes -= sum(parcel.sizes[start:stop])
            parcel.written(start, stop, base_offset, appended_ms)
            base_offset += stop - start

    def on_error(self, code: ErrorCode, told: str | None = None) -> None:
        """The broker answered ``code`` for the batch; ``told`` is what it said of it."""
        batch = self._ended()
        if code in _NOT_WRITTEN:
            self._heads.appendleft(batch)
        elif code in _PERHAPS_WRITTEN:
            batch.uncertain = True
            self._heads.appendleft(batch)
        elif batch.uncertain:
            self._fail(batch, self._unknown(code.name))
        elif code in _SEQUENCE_LOST:
            self._renew()
            batch.payload = b""
            self._heads.appendleft(batch)
        elif batch.count > 1 and code not in _OF_THE_WHOLE:
            self._heads.extendleft(reversed(_halves(batch)))
        else:
            self._fail(batch, refusal_of(code, self.subject, told))

    def on_lost(self) -> None:
        """No answer came for the batch: it may have been written."""
        batch = self._ended()
        batch.uncertain = True
        self._heads.appendleft(batch)

    def on_unsent(self) -> None:
        """The batch could not be put on its way."""
        self._heads.appendleft(self._ended())

    def expire(self, now: float, reason: str) -> None:
        """Give up what has waited past its deadline and is not on its way."""
        late = [batch for batch in self._heads if batch.deadline <= now]
        self._heads = deque(batch for batch in self._heads if batch.deadline > now)
        for batch in late:
            self._fail(batch, self._unknown(reason) if batch.uncertain else self._unwritten(reason))
        while self._queue and self._queue[0].parcel.deadline <= now:
            self._fail_span(self._queue.popleft(), self._unwritten(reason))

    def refuse_all(self, error: Exception) -> None:
        """Everything that waits has ``error`` for an outcome, but what may have been written."""
        while self._heads:
            batch = self._heads.popleft()
            self._fail(batch, self._unknown(str(error)) if batch.uncertain else error)
        while self._queue:
            self._fail_span(self._queue.popleft(), error)

    @property
    def subject(self) -> str:
        return f"record for topic {self.topic!r}/{self.partition}"

    def _next_batch(self) -> Batch:
        """As many records as ``BATCH_BYTES`` holds, at least one."""
        spans: list[Span] = []
        room = BATCH_BYTES
        while self._queue and room > 0:
            parcel, start, stop = self._queue.popleft()
            end = start
            while end < stop and (room > 0 or (not spans and end == start)):
                room -= parcel.sizes[end] + _RECORD_FIELDS_BYTES
                end += 1
            if end < stop:
                self._queue.appendleft(Span(parcel, end, stop))
            spans.append(Span(parcel, start, end))
        return Batch(spans, sum(span.stop - span.start for span in spans))

    def _payload(self, batch: Batch) -> bytes:
        assert self.producer is not None
        # Sized so that it takes whatever the spans hold; how much that is was decided before.
        builder = DefaultRecordBatchBuilder(
            2, 0, 0, self.producer.id, self.producer.epoch, self._sequence, 2**31 - 1
        )
        append = builder.append
        index = 0
        for parcel, start, stop in batch.spans:
            for record in parcel.records[start:stop]:
                append(index, record.timestamp_ms, record.key, record.value, list(record.headers))
                index += 1
        return bytes(builder.build())

    def _ended(self) -> Batch:
        assert self._sent is not None, "no batch is on its way"
        batch, self._sent = self._sent, None
        return batch

    def _renew(self) -> None:
        self.producer = None
        self._sequence = 0
        for batch in self._heads:
            batch.payload = b""

    def _fail(self, batch: Batch, error: Exception) -> None:
        if batch.uncertain:
            self._renew()
        for span in batch.spans:
            self._fail_span(span, error)

    def _fail_span(self, span: Span, error: Exception) -> None:
        parcel, start, stop = span
        self.pending_bytes -= sum(parcel.sizes[start:stop])
        parcel.failed(start, stop, error)

    def _unknown(self, reason: str) -> BrokersUnavailable:
        return BrokersUnavailable(
            f"{self.subject}: {reason}; whether the record was written is not known"
        )

    def _unwritten(self, reason: str) -> BrokersUnavailable:
        return BrokersUnavailable(f"{self.subject}: {reason}; the record was not written")


def _halves(batch: Batch) -> list[Batch]:
    """Two batches of the same records in the same order."""
    half = batch.count // 2
    first: list[Span] = []
    second: list[Span] = []
    for parcel, start, stop in batch.spans:
        cut = min(stop, start + max(0, half))
        if start < cut:
            first.append(Span(parcel, start, cut))
        if cut < stop:
            second.append(Span(parcel, cut, stop))
        half -= cut - start
    return [
        Batch(spans, sum(span.stop - span.start for span in spans)) for spans in (first, second)
    ]
