"""Whether every record of a produced batch has a key, as a compacted topic must have it.

The one check on the way in that opens a batch, and only for such topics. Bounded twice, in bytes
and in records, because it runs on the event loop. Kafka: ``LogValidator.validateKey``.
"""

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import KEYED_BATCH_BYTES_MAX, KEYED_BATCH_RECORDS_MAX
from brokers.wire.batch import BatchHeader
from brokers.wire.records import iterate_records


def check_keys(batch: memoryview, header: BatchHeader) -> None:
    """Raise ``Refusal`` INVALID_RECORD unless all records have keys.

    MESSAGE_TOO_LARGE for a batch that is more than may be looked into, CORRUPT_MESSAGE for one
    that cannot be.
    """
    if header.record_count > KEYED_BATCH_RECORDS_MAX:
        raise Refusal(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"the batch has {header.record_count} records; a compacted topic takes batches of "
            f"{KEYED_BATCH_RECORDS_MAX} at most",
        )
    for record in iterate_records(batch, max_bytes=KEYED_BATCH_BYTES_MAX):
        if record.key is None:
            raise Refusal(
                ErrorCode.INVALID_RECORD,
                f"record {record.offset} of the batch has no key, and the topic is compacted; "
                "give every record a key",
            )
