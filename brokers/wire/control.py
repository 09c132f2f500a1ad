"""Control batches that end a transaction: one record that says commit or abort.

Key: version i16 (0), type i16 (abort 0, commit 1). Value: version i16 (0), coordinator epoch i32.
The batch has the control and the transactional bit, the producer's id and epoch, no sequence.
Format: Apache Kafka, ``ControlRecordType`` and ``EndTransactionMarker`` (KIP-98).
"""

from struct import Struct
from typing import Final, NamedTuple

from brokers.kernel.errors import HeadwaterError
from brokers.wire.batch import CONTROL_BIT, TRANSACTIONAL_BIT, NewRecord, build_batch
from brokers.wire.records import iterate_records

_KEY: Final = Struct(">hh")
_VALUE: Final = Struct(">hi")
_VERSION: Final = 0
MARKER_BATCH_BYTES: Final = 78
"""What ``build_marker`` makes, always: header, two deltas of 0, key and value."""

_ABORT: Final = 0
_COMMIT: Final = 1


class Marker(NamedTuple):
    """How a transaction ended, and the epoch of the coordinator that says so."""

    committed: bool
    coordinator_epoch: int


def build_marker(
    marker: Marker, *, producer_id: int, producer_epoch: int, timestamp_ms: int
) -> bytes:
    """The control batch, still without an offset."""
    key = _KEY.pack(_VERSION, _COMMIT if marker.committed else _ABORT)
    value = _VALUE.pack(_VERSION, marker.coordinator_epoch)
    return build_batch(
        [NewRecord(key, value)],
        base_timestamp=timestamp_ms,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        attributes=CONTROL_BIT | TRANSACTIONAL_BIT,
    )


def read_marker(batch: memoryview) -> Marker | None:
    """What a whole control batch says; None when it ends no transaction.

    That is: when compaction has emptied it, or its record is of another type. Later versions of key
    and value only add to their ends.
    """
    try:
        record = next(iterate_records(batch), None)
    except HeadwaterError:
        return None
    if record is None or record.key is None or len(record.key) < _KEY.size:
        return None
    _, kind = _KEY.unpack_from(record.key)
    if kind not in {_ABORT, _COMMIT} or record.value is None or len(record.value) < _VALUE.size:
        return None
    _, coordinator_epoch = _VALUE.unpack_from(record.value)
    return Marker(kind == _COMMIT, coordinator_epoch)
