"""Whether a batch may be appended: what a broker checks of what a producer sends.

Nothing is decompressed and no record is looked at, so this costs little more than the checksum. The
codes are those that Kafka's ``ProduceRequest.validateRecords``, ``UnifiedLog`` and ``LogValidator``
choose.
"""

from typing import Final

from crc32c import crc32c

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.wire.batch import (
    COMPRESSION_MASK,
    CONTROL_BIT,
    CRC_COVERS_FROM,
    DELETE_HORIZON_BIT,
    LOG_APPEND_TIME_BIT,
    LOG_OVERHEAD_BYTES,
    MAGIC,
    MAGIC_POSITION,
    TRANSACTIONAL_BIT,
    BatchHeader,
    crc_matches,
    unpack_batch_header,
)
from brokers.wire.compression import Compression

ZSTD_SINCE_PRODUCE_VERSION: Final = 7  # KIP-110
_LATEST_PRODUCE_VERSION: Final = 13


def verify_produced(
    records: memoryview | None, *, max_bytes: int, produce_version: int = _LATEST_PRODUCE_VERSION
) -> BatchHeader:
    """Accept exactly one intact v2 batch as a producer may send it, and return its header.

    ``records`` is a Produce request's field as it was decoded, ``max_bytes`` the topic's
    ``max.message.bytes``. Raises ``Refusal`` with Kafka's code: INVALID_RECORD for what no honest
    producer sends, CORRUPT_MESSAGE for damage, MESSAGE_TOO_LARGE, UNSUPPORTED_COMPRESSION_TYPE,
    INVALID_TIMESTAMP. Timestamps against the clock and sequences against what came before are
    the log's to judge.
    """
    if records is None:
        raise _short(memoryview(b""))
    size = len(records)
    if size < BATCH_OVERHEAD_BYTES:
        raise _short(records)
    fields = unpack_batch_header(records)
    # Locals and one test for the common case: this runs for every batch of every producer. Which
    # of the rules was broken is found out afterwards.
    base_offset, length, _, magic, crc, attributes, delta, _, _, pid, epoch, sequence, count = (
        fields
    )
    if (
        magic != MAGIC
        or length + LOG_OVERHEAD_BYTES != size
        or size > max_bytes
        or base_offset != 0
        or delta + 1 != count
        or count <= 0
        or (attributes and _attributes_refused(attributes, pid, produce_version))
        or (pid != -1 and (pid < 0 or epoch < 0 or sequence < 0))
        or crc32c(records[CRC_COVERS_FROM:]) != crc
    ):
        raise _refusal(records, BatchHeader._make(fields), max_bytes, produce_version)
    return BatchHeader._make(fields)


def _attributes_refused(attributes: int, producer_id: int, produce_version: int) -> bool:
    codec = attributes & COMPRESSION_MASK
    return bool(
        attributes & (CONTROL_BIT | DELETE_HORIZON_BIT | LOG_APPEND_TIME_BIT)
        or codec > Compression.ZSTD
        or (codec == Compression.ZSTD and produce_version < ZSTD_SINCE_PRODUCE_VERSION)
        or (attributes & TRANSACTIONAL_BIT and producer_id < 0)
    )


def _short(records: memoryview) -> Refusal:
    if not records:
        return Refusal(ErrorCode.INVALID_RECORD, "the request carries no record batch; send one")
    if len(records) > MAGIC_POSITION and records[MAGIC_POSITION] < MAGIC:
        return _old_magic(records[MAGIC_POSITION])
    return Refusal(
        ErrorCode.CORRUPT_MESSAGE,
        f"the record batch is cut short: {len(records)} bytes, its header alone has "
        f"{BATCH_OVERHEAD_BYTES}",
    )


def _old_magic(magic: int) -> Refusal:
    return Refusal(
        ErrorCode.INVALID_RECORD,
        f"message format {magic} cannot be produced; send record batches of format {MAGIC}",
    )


def _refusal(
    records: memoryview, header: BatchHeader, max_bytes: int, produce_version: int
) -> Refusal:
    """Why ``verify_produced`` said no, in the order in which Kafka asks."""
    size = len(records)
    if 0 <= header.magic < MAGIC:
        return _old_magic(header.magic)
    if header.magic != MAGIC:
        return Refusal(ErrorCode.CORRUPT_MESSAGE, f"unknown message format {header.magic}")
    if header.total_bytes < BATCH_OVERHEAD_BYTES:
        return Refusal(
            ErrorCode.CORRUPT_MESSAGE,
            f"the record batch says {header.total_bytes} bytes, less than its own header",
        )
    if header.total_bytes != size:
        return Refusal(
            ErrorCode.INVALID_RECORD,
            f"{size} bytes of records hold a batch of {header.total_bytes}; "
            "send exactly one whole batch per partition",
        )
    code, message = _first_fault(records, header, max_bytes, produce_version)
    return Refusal(code, message)


def _first_fault(
    records: memoryview, header: BatchHeader, max_bytes: int, produce_version: int
) -> tuple[ErrorCode, str]:
    compression = header.compression
    if compression > Compression.ZSTD:
        return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, f"unknown compression code {compression}"
    if compression == Compression.ZSTD and produce_version < ZSTD_SINCE_PRODUCE_VERSION:
        return (
            ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
            f"zstd needs Produce {ZSTD_SINCE_PRODUCE_VERSION} or later, this is {produce_version}",
        )
    if header.base_offset != 0:
        return (
            ErrorCode.INVALID_RECORD,
            f"a produced batch starts at offset 0, this one at {header.base_offset}",
        )
    if len(records) > max_bytes:
        return (
            ErrorCode.MESSAGE_TOO_LARGE,
            f"the record batch has {len(records)} bytes, max.message.bytes is {max_bytes}; "
            "send smaller batches or raise the topic's max.message.bytes",
        )
    if not crc_matches(records, header):
        return ErrorCode.CORRUPT_MESSAGE, "the record batch does not match its CRC-32C"
    if header.is_log_append_time:
        return (
            ErrorCode.INVALID_TIMESTAMP,
            "a producer may not send timestamp type LogAppendTime; the broker sets it",
        )
    return ErrorCode.INVALID_RECORD, _invalid_record_message(header)


def _invalid_record_message(header: BatchHeader) -> str:
    if header.is_control:
        return "clients may not write control batches"
    if header.attributes & DELETE_HORIZON_BIT:
        return "a produced batch has no delete horizon"
    if header.record_count <= 0 or header.last_offset_delta + 1 != header.record_count:
        return (
            f"the batch says {header.record_count} records and last offset delta "
            f"{header.last_offset_delta}; the delta must be one less than a positive count"
        )
    return (
        f"producer id {header.producer_id} with epoch {header.producer_epoch}, base sequence "
        f"{header.base_sequence}: an idempotent or transactional producer must send all three"
    )
