"""How far a source is, which its tasks keep in their tenant's topic, read and changed (KIP-875).

Whoever changes anything makes sure first that no task of the connector runs. All raise ``Refusal``
and ``BrokersUnavailable``.
"""

from collections.abc import Sequence
from typing import Any, Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.batch import NewRecord
from connect.task.offset_keys import stored_key, stored_value
from connect.task.offsets_topic import CONFIG, PARTITIONS
from connect.task.stored_offsets import StoredOffsets
from streaming.records.appending import append_records
from streaming.records.committed import committed_records
from streaming.records.creation import ensure_topic
from streaming.records.reader import Reader

READ_SECONDS: Final = 60.0
"""Past an open transaction on the topic nothing can be read. A task's own takes milliseconds; that
of one whose process was killed, until its next start."""

Json = dict[str, Any]


async def source_offsets(reader: Reader, topic: str, connector: str) -> list[tuple[Json, Json]]:
    """(source partition, source offset) of each partition that has one."""
    stored = await _stored_offsets(reader, topic, connector)
    return [(each.partition, each.offset) for each in stored.all() if each.offset is not None]


async def alter_source_offsets(
    reader: Reader, topic: str, connector: str, changes: Sequence[tuple[Json, Json | None]]
) -> None:
    """Have the source go on from other offsets; None has it begin a partition anew. All changes are
    in the topic when this returns; when it raises, some may be."""
    await ensure_topic(reader, topic, partitions=PARTITIONS, configs=CONFIG)
    stored = await _stored_offsets(reader, topic, connector)
    records = []
    for partition, offset in changes:
        keys = {stored_key(connector, partition)}
        if offset is None:
            keys |= stored.spellings(partition)
        records += [NewRecord(key, stored_value(offset)) for key in sorted(keys)]
    await append_records(reader, topic, 0, records)


async def _stored_offsets(reader: Reader, topic: str, connector: str) -> StoredOffsets:
    """Nothing where there is no such topic."""
    stored = StoredOffsets(connector)
    try:
        partitions = sorted(await reader.partitions(topic))
    except Refusal as refusal:
        if refusal.code is not ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            raise
        return stored
    for partition in partitions:
        records = committed_records(reader, topic, partition, seconds=READ_SECONDS)
        async for record in records:
            stored.note(record.key, record.value)
    return stored
