"""The offsets that a group has committed: reading, setting and deleting them from outside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from brokers.kernel.errors import Refusal
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.offset_delete_request import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from brokers.wire.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestGroup
from brokers.wire.registry import ApiKey
from streaming.groups.coordinator import PASSING, coordinator_of, following
from streaming.groups.model import Committed, TopicPartition
from streaming.records.failures import refusal_of
from streaming.records.reader import Reader
from streaming.records.wire_request import WireRequest

_BY_TOPIC_NAME_TO_VERSION: Final = 9
"""OffsetCommit and OffsetFetch name topics by their ids from version 10 on."""
_BY_GROUP_SINCE_VERSION: Final = 8

Refused = dict[TopicPartition, Refusal]
"""Partitions that a request was refused for while it was done for others."""


async def committed_offsets(reader: Reader, group: str) -> dict[TopicPartition, Committed]:
    """All that the group has committed; nothing for a group that is absent.

    Raises ``Refusal`` (GROUP_AUTHORIZATION_FAILED among others) and ``BrokersUnavailable``.
    """

    async def attempt() -> dict[TopicPartition, Committed]:
        coordinator = await coordinator_of(reader, group)
        found = (await committed_of_many(reader, coordinator, [group]))[group]
        if isinstance(found, Refusal):
            raise found
        return found

    return await following(attempt)


async def committed_of_many(
    reader: Reader, coordinator: int, groups: Sequence[str]
) -> dict[str, dict[TopicPartition, Committed] | Refusal]:
    """What each of the groups has committed, or why that is not told; one request to their
    coordinator. Raises ``BrokersUnavailable``."""
    request = WireRequest(
        ApiKey.OFFSET_FETCH,
        OffsetFetchRequest(
            groups=[OffsetFetchRequestGroup(group_id=group, topics=None) for group in groups]
        ),
        min_version=_BY_GROUP_SINCE_VERSION,
        max_version=_BY_TOPIC_NAME_TO_VERSION,
    )
    what = _named(groups[0]) if len(groups) == 1 else f"offsets of {len(groups)} groups"
    answer = await reader.ask(coordinator, request, what)
    return {row.group_id: _committed_or_refused(row) for row in answer.groups}


def _committed_or_refused(row: Any) -> dict[TopicPartition, Committed] | Refusal:
    if row.error_code:
        return refusal_of(row.error_code, _named(row.group_id))
    try:
        return _committed(row.group_id, row)
    except Refusal as refusal:
        return refusal


def _committed(group: str, row: Any) -> dict[TopicPartition, Committed]:
    found = {}
    for topic in row.topics:
        for each in topic.partitions:
            partition = TopicPartition(topic.name, each.partition_index)
            if each.error_code:
                raise refusal_of(each.error_code, f"{_named(group)}, {partition}")
            if each.committed_offset >= 0:
                found[partition] = Committed(
                    each.committed_offset, each.committed_leader_epoch, each.metadata or ""
                )
    return found


async def commit_offsets(
    reader: Reader, group: str, offsets: Mapping[TopicPartition, int]
) -> Refused:
    """Commit for a group without members; it comes into being when it is absent.

    Raises ``Refusal`` when every partition was refused for one reason (UNKNOWN_MEMBER_ID: the group
    has members), and ``BrokersUnavailable``.
    """
    topics = [
        OffsetCommitRequestTopic(
            name=topic,
            partitions=[
                OffsetCommitRequestPartition(index, offsets[TopicPartition(topic, index)])
                for index in indexes
            ],
        )
        for topic, indexes in by_topic(offsets).items()
    ]
    request = WireRequest(
        ApiKey.OFFSET_COMMIT,
        OffsetCommitRequest(group_id=group, topics=topics),
        max_version=_BY_TOPIC_NAME_TO_VERSION,
    )

    async def attempt() -> Refused:
        answer = await reader.ask(await coordinator_of(reader, group), request, _named(group))
        return _outcome(group, answer.topics)

    return await following(attempt) if offsets else {}


async def delete_offsets(
    reader: Reader, group: str, partitions: Iterable[TopicPartition]
) -> Refused:
    """Have the group forget what it committed for ``partitions`` (KIP-496).

    Members may remain as long as none is subscribed to those topics. Raises ``Refusal``
    (GROUP_ID_NOT_FOUND; when every partition was refused for one reason, such as
    GROUP_SUBSCRIBED_TO_TOPIC, that one) and ``BrokersUnavailable``.
    """
    topics = [
        OffsetDeleteRequestTopic(topic, [OffsetDeleteRequestPartition(index) for index in indexes])
        for topic, indexes in by_topic(partitions).items()
    ]
    request = WireRequest(ApiKey.OFFSET_DELETE, OffsetDeleteRequest(group_id=group, topics=topics))

    async def attempt() -> Refused:
        answer = await reader.ask(await coordinator_of(reader, group), request, _named(group))
        if answer.error_code:
            raise refusal_of(answer.error_code, _named(group))
        return _outcome(group, answer.topics)

    return await following(attempt) if topics else {}


def by_topic(partitions: Iterable[TopicPartition]) -> dict[str, list[int]]:
    """Partition indexes by topic, both in order."""
    grouped: dict[str, list[int]] = {}
    for topic, index in sorted(partitions):
        grouped.setdefault(topic, []).append(index)
    return grouped


def _outcome(group: str, topics: Any) -> Refused:
    """Raises ``Refusal`` when all were refused alike, or when the coordinator is on the move."""
    codes = {
        TopicPartition(topic.name, each.partition_index): each.error_code
        for topic in topics
        for each in topic.partitions
    }
    kinds = set(codes.values())
    if len(kinds) == 1 and kinds != {0}:
        raise refusal_of(kinds.pop(), _named(group))
    refused = {
        partition: refusal_of(code, f"{_named(group)}, {partition}")
        for partition, code in codes.items()
        if code
    }
    for refusal in refused.values():
        if refusal.code in PASSING:
            raise refusal
    return refused


def _named(group: str) -> str:
    return f"group {group!r}"
