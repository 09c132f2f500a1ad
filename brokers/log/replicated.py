"""Checking what a leader sent before any of it is appended."""

from brokers.kernel.errors import ErrorCode, ProtocolError, Refusal
from brokers.log.scan import is_plausible
from brokers.wire.batch import BatchHeader, crc_matches, iterate_batches


def verify_replicated(
    batches: memoryview, log_end_offset: int, partition: str
) -> list[tuple[int, BatchHeader]]:
    """(position, header) of every whole batch; a trailing part of one is left out.

    Raises ``Refusal``: CORRUPT_MESSAGE when bytes or a checksum are wrong, OFFSET_OUT_OF_RANGE when
    offsets do not rise from ``log_end_offset``. ``partition`` names the log in messages.
    """
    expected = log_end_offset
    found = []
    try:
        for position, header in iterate_batches(batches):
            if not is_plausible(header) or not crc_matches(batches[position:], header):
                raise ProtocolError(f"the batch at byte {position} is damaged")
            if header.base_offset < expected:
                raise Refusal(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    f"{partition} ends at {expected}, the leader sent {header.base_offset}; "
                    "truncate before fetching on",
                )
            expected = header.last_offset + 1
            found.append((position, header))
    except ProtocolError as error:
        raise Refusal(ErrorCode.CORRUPT_MESSAGE, f"{partition}: {error}; fetch again") from error
    return found
