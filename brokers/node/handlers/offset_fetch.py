"""OffsetFetch: how far groups have read."""

from typing import TYPE_CHECKING, Final

from brokers.groups.offset_requests import FetchedOffset, FetchedOffsets, FetchOffsets
from brokers.groups.offsets import Place
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import ZERO_TOPIC_ID, TopicId, TopicName
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext, Scope
from brokers.wire.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from brokers.wire.messages.offset_fetch_response import (
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

GROUPS_SINCE_VERSION: Final = 8
GROUP_ERROR_SINCE_VERSION: Final = 2
IDS_SINCE_VERSION: Final = 10
NO_OFFSET: Final = -1


async def handle(
    request: OffsetFetchRequest, context: RequestContext, node: "Node"
) -> OffsetFetchResponse:
    """Several groups at once from version 8 on (KIP-709), one before. What was never committed is
    answered with offset -1 and no error."""
    if context.api_version >= GROUPS_SINCE_VERSION:
        groups = [await _group(group, request, context, node) for group in request.groups]
        return OffsetFetchResponse(groups=groups)
    topics = request.topics
    asked = OffsetFetchRequestGroup(
        group_id=request.group_id,
        topics=None
        if topics is None
        else [
            OffsetFetchRequestTopics(name=topic.name, partition_indexes=topic.partition_indexes)
            for topic in topics
        ],
    )
    return _as_of_one(await _group(asked, request, context, node), context.api_version)


async def _group(
    asked: OffsetFetchRequestGroup,
    request: OffsetFetchRequest,
    context: RequestContext,
    node: "Node",
) -> OffsetFetchResponseGroup:
    row = OffsetFetchResponseGroup(asked.group_id)
    if Scope.READ not in context.session.scope:
        row.error_code = ErrorCode.GROUP_AUTHORIZATION_FAILED
        return row
    if context.api_version >= IDS_SINCE_VERSION and asked.topics is not None:
        _find_names(asked.topics, context, node)
    name = qualified(context.session.tenant_id, asked.group_id)
    fetch = FetchOffsets(
        group_id=name,
        member_id=asked.member_id or None,
        member_epoch=asked.member_epoch,
        places=None if asked.topics is None else _places(asked.topics),
        require_stable=request.require_stable,
    )
    try:
        fetched: FetchedOffsets = await node.groups.ask(
            name, lambda shard, token, now: shard.fetch_offsets(fetch, token)
        )
    except Refusal as refusal:
        row.error_code = refusal.code
        return row
    row.error_code = fetched.code
    if not fetched.code:
        row.topics = _topics(asked.topics, fetched.offsets, context, node)
    return row


def _find_names(
    topics: list[OffsetFetchRequestTopics], context: RequestContext, node: "Node"
) -> None:
    """Topics by id get their names; one that is not the tenant's keeps none."""
    for topic in topics:
        if topic.topic_id != ZERO_TOPIC_ID:
            found = node.image.topic_by_id(context.session.tenant_id, TopicId(topic.topic_id))
            topic.name = "" if found is None else found.name


def _places(topics: list[OffsetFetchRequestTopics]) -> list[Place]:
    return [
        (topic.name, index) for topic in topics if topic.name for index in topic.partition_indexes
    ]


def _topics(
    asked: list[OffsetFetchRequestTopics] | None,
    offsets: list[FetchedOffset],
    context: RequestContext,
    node: "Node",
) -> list[OffsetFetchResponseTopics]:
    if asked is None:
        names = dict.fromkeys(offset.place[0] for offset in offsets)
        ids = node.image.topic_ids.get(context.session.tenant_id, {})
        topics = [
            OffsetFetchResponseTopics(name, ids.get(TopicName(name), ZERO_TOPIC_ID))
            for name in names
        ]
        by_name = {topic.name: topic for topic in topics}
        for offset in offsets:
            by_name[offset.place[0]].partitions.append(_row(offset))
        return topics
    found = iter(offsets)
    return [
        OffsetFetchResponseTopics(
            topic.name,
            topic.topic_id,
            [_row(next(found)) if topic.name else _unknown(i) for i in topic.partition_indexes],
        )
        for topic in asked
    ]


def _row(offset: FetchedOffset) -> OffsetFetchResponsePartitions:
    index, committed = offset.place[1], offset.committed
    if committed is None:
        return OffsetFetchResponsePartitions(index, NO_OFFSET, -1, "", offset.code)
    return OffsetFetchResponsePartitions(
        index, committed.offset, committed.leader_epoch, committed.metadata, offset.code
    )


def _unknown(index: int) -> OffsetFetchResponsePartitions:
    return OffsetFetchResponsePartitions(index, NO_OFFSET, -1, "", ErrorCode.UNKNOWN_TOPIC_ID)


def _as_of_one(group: OffsetFetchResponseGroup, version: int) -> OffsetFetchResponse:
    topics = [
        OffsetFetchResponseTopic(
            topic.name,
            [
                OffsetFetchResponsePartition(
                    row.partition_index,
                    row.committed_offset,
                    row.committed_leader_epoch,
                    row.metadata,
                    row.error_code,
                )
                for row in topic.partitions
            ],
        )
        for topic in group.topics
    ]
    return OffsetFetchResponse(topics=topics, error_code=group.error_code)
