"""OffsetFetch: how far groups have read."""

from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.offset_requests import FetchedOffset, FetchedOffsets, FetchOffsets
from brokers.groups.offsets import Place
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import ZERO_TOPIC_ID, TopicId, TopicName
from brokers.node.authorization import allowed, may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
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
    if not await may(context, node, Operation.DESCRIBE, ResourceType.GROUP, asked.group_id):
        row.error_code = ErrorCode.GROUP_AUTHORIZATION_FAILED
        return row
    if context.api_version >= IDS_SINCE_VERSION and asked.topics is not None:
        _find_names(asked.topics, context, node)
    names = {topic.name for topic in asked.topics or () if topic.name}
    described = await allowed(context, node, Operation.DESCRIBE, ResourceType.TOPIC, names)
    name = qualified(context.session.tenant_id, asked.group_id)
    fetch = FetchOffsets(
        group_id=name,
        member_id=asked.member_id or None,
        member_epoch=asked.member_epoch,
        places=None if asked.topics is None else _places(asked.topics, described),
        require_stable=request.require_stable,
    )
    try:
        # Who wants stable offsets builds transactions on them: an old one would do work twice.
        ask = node.groups.ask_surely if request.require_stable else node.groups.ask_current
        fetched: FetchedOffsets = await ask(
            name, lambda shard, token, now: shard.fetch_offsets(fetch, token)
        )
    except Refusal as refusal:
        row.error_code = refusal.code
        return row
    row.error_code = fetched.code
    if not fetched.code:
        row.topics = (
            _all_topics(fetched.offsets, context, node)
            if asked.topics is None
            else _topics(asked.topics, described, fetched.offsets)
        )
    return row


def _find_names(
    topics: list[OffsetFetchRequestTopics], context: RequestContext, node: "Node"
) -> None:
    """Topics by id get their names; one that is not the tenant's, or of which this login may know
    nothing, keeps none."""
    for topic in topics:
        if topic.topic_id != ZERO_TOPIC_ID:
            found = node.image.topic_by_id(context.session.tenant_id, TopicId(topic.topic_id))
            known = found is not None and context.rights.allow(
                Operation.DESCRIBE, ResourceType.TOPIC, found.name
            )
            topic.name = found.name if found is not None and known else ""


def _places(topics: list[OffsetFetchRequestTopics], described: set[str]) -> list[Place]:
    return [
        (topic.name, index)
        for topic in topics
        if topic.name in described
        for index in topic.partition_indexes
    ]


def _all_topics(
    offsets: list[FetchedOffset], context: RequestContext, node: "Node"
) -> list[OffsetFetchResponseTopics]:
    """Those that this login may describe."""
    names = [
        name
        for name in dict.fromkeys(offset.place[0] for offset in offsets)
        if context.rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, name)
    ]
    ids = node.image.topic_ids.get(context.session.tenant_id, {})
    topics = {
        name: OffsetFetchResponseTopics(name, ids.get(TopicName(name), ZERO_TOPIC_ID))
        for name in names
    }
    for offset in offsets:
        if offset.place[0] in topics:
            topics[offset.place[0]].partitions.append(_row(offset))
    return [*topics.values()]


def _topics(
    asked: list[OffsetFetchRequestTopics], described: set[str], offsets: list[FetchedOffset]
) -> list[OffsetFetchResponseTopics]:
    found = iter(offsets)
    return [
        OffsetFetchResponseTopics(
            topic.name,
            topic.topic_id,
            [
                _row(next(found)) if topic.name in described else _refused(topic, index)
                for index in topic.partition_indexes
            ],
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


def _refused(topic: OffsetFetchRequestTopics, index: int) -> OffsetFetchResponsePartitions:
    code = ErrorCode.TOPIC_AUTHORIZATION_FAILED if topic.name else ErrorCode.UNKNOWN_TOPIC_ID
    return OffsetFetchResponsePartitions(index, NO_OFFSET, -1, "", code)


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
