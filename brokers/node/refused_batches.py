"""What a connection was refused and will send again: until it does, what comes after has to wait.

An idempotent producer has several batches on their way. When the first is refused because nobody
leads the partition yet, or too few replicas are in sync, and a moment later the second could be
written, there is a gap, and Apache Kafka says OUT_OF_ORDER_SEQUENCE_NUMBER. librdkafka goes on as
a new producer then, and sends again what other partitions are still writing: it is there twice
(confluentinc/librdkafka#4953). Refused as the first was, it sends both again in their order.

Pure: no clock, no I/O.
"""

from dataclasses import dataclass
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.wire.batch import parse_batch_header

HOLDS_MS: Final = 30_000
"""A producer that has not come again by then with what was refused has given it up."""
PLACES_MAX: Final = 1_000
_SEQUENCE_MASK: Final = 0x7FFFFFFF
_HALF: Final = 1 << 30

NOT_WRITTEN: Final = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.KAFKA_STORAGE_ERROR,
        ErrorCode.CONCURRENT_TRANSACTIONS,
    }
)
"""Nothing was written, and the client sends the batch again as it was."""

Partition = tuple[str, bytes, int]
"""The topic's name and id, as the request has them, and the partition's index."""


@dataclass(frozen=True, slots=True)
class _Refused:
    epoch: int
    sequence: int
    code: ErrorCode
    at_ms: int


class RefusedBatches:
    """Of one connection; times are monotonic milliseconds."""

    __slots__ = ("_first",)

    def __init__(self) -> None:
        self._first: dict[tuple[Partition, int], _Refused] = {}

    def __bool__(self) -> bool:
        return bool(self._first)

    def check(self, partition: Partition, records: memoryview | None, now_ms: int) -> None:
        """Raise ``Refusal`` with the code of a batch before this one that has to come first."""
        if records is None or len(records) < BATCH_OVERHEAD_BYTES:
            return
        header = parse_batch_header(records)
        first = self._first.get((partition, header.producer_id))
        if first is None:
            return
        if header.producer_epoch == first.epoch and now_ms - first.at_ms < HOLDS_MS:
            if _is_after(header.base_sequence, first.sequence):
                raise Refusal(
                    first.code,
                    f"sequence {first.sequence} of producer {header.producer_id} was refused, and "
                    "has to come first",
                )
            if header.base_sequence != first.sequence:
                return  # What was written before it, sent again.
        del self._first[partition, header.producer_id]

    def note(
        self, partition: Partition, records: memoryview | None, code: ErrorCode, now_ms: int
    ) -> None:
        """The batch was refused with ``code``."""
        if code not in NOT_WRITTEN or records is None or len(records) < BATCH_OVERHEAD_BYTES:
            return
        header = parse_batch_header(records)
        if header.producer_id < 0 or header.base_sequence < 0:
            return
        key = (partition, header.producer_id)
        first = self._first.get(key)
        if (
            first is not None
            and first.epoch == header.producer_epoch
            and _is_after(header.base_sequence, first.sequence)
        ):
            return
        if len(self._first) >= PLACES_MAX:
            del self._first[next(iter(self._first))]
        self._first[key] = _Refused(header.producer_epoch, header.base_sequence, code, now_ms)


def _is_after(sequence: int, other: int) -> bool:
    return 0 < (sequence - other) & _SEQUENCE_MASK < _HALF
