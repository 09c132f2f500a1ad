"""How far a sink is, which is what its consumer group has committed (KIP-875).

Whoever changes anything makes sure first that no task of the connector runs. All raise ``Refusal``
and ``BrokersUnavailable``.
"""

from collections.abc import Mapping

from brokers.kernel.errors import ErrorCode, Refusal
from connect.spi.records import TopicPartition
from streaming.groups.deletion import delete_groups
from streaming.groups.model import TopicPartition as GroupPartition
from streaming.groups.offsets import Refused, commit_offsets, committed_offsets, delete_offsets
from streaming.records.reader import Reader


async def sink_offsets(reader: Reader, group: str) -> dict[TopicPartition, int]:
    """The offset that each partition is read next from, where the group has committed one."""
    committed = await committed_offsets(reader, group)
    return {TopicPartition(*each): found.offset for each, found in committed.items()}


async def alter_sink_offsets(
    reader: Reader, group: str, changes: Mapping[TopicPartition, int | None]
) -> None:
    """Have the sink go on from other offsets; None has its group forget a partition, so that it is
    read from its beginning. When it raises, some may be changed."""
    wanted = {GroupPartition(*each): offset for each, offset in changes.items()}
    forgotten = [each for each, offset in wanted.items() if offset is None]
    try:
        _raise_first(await delete_offsets(reader, group, forgotten))
    except Refusal as refusal:
        if refusal.code is not ErrorCode.GROUP_ID_NOT_FOUND:
            raise
    offsets = {each: offset for each, offset in wanted.items() if offset is not None}
    _raise_first(await commit_offsets(reader, group, offsets))


async def forget_sink_offsets(reader: Reader, group: str) -> None:
    """Have the sink begin from the beginning: its group is deleted, where there is one."""
    refused = await delete_groups(reader, [group])
    for refusal in refused.values():
        if refusal.code is not ErrorCode.GROUP_ID_NOT_FOUND:
            raise refusal


def _raise_first(refused: Refused) -> None:
    for refusal in refused.values():
        raise refusal
