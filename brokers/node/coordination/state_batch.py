"""What a coordinator decides, as records of a batch."""

from collections.abc import Sequence
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.batch import TRANSACTIONAL_BIT, NewRecord, build_batch
from brokers.wire.coordinator.state_record import StateRecord, encode_key, encode_value

RECORD_OVERHEAD_BYTES: Final = 32
"""Lengths, deltas and attributes of one record, at most."""


def encoded(record: StateRecord) -> NewRecord:
    """Raises ``Refusal`` for a field that does not fit its record, as an endless group id."""
    try:
        value = None if record.value is None else encode_value(record.value)
        return NewRecord(encode_key(record.key), value)
    except ValueError as error:
        raise Refusal(ErrorCode.INVALID_REQUEST, f"cannot be kept: {error}") from error


def size_of(records: Sequence[NewRecord]) -> int:
    """Bytes that they take of a batch, at most."""
    return sum(
        RECORD_OVERHEAD_BYTES + len(record.key or b"") + len(record.value or b"")
        for record in records
    )


def state_batch(
    records: Sequence[NewRecord], now_ms: int, producer_id: int, producer_epoch: int
) -> memoryview:
    """With a producer (not -1) a part of its transaction."""
    return memoryview(
        build_batch(
            records,
            base_timestamp=now_ms,
            producer_id=producer_id,
            producer_epoch=producer_epoch,
            attributes=TRANSACTIONAL_BIT if producer_id >= 0 else 0,
        )
    )
