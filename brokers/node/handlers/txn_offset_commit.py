"""TxnOffsetCommit: what a group has read counts once the producer's transaction is committed.

The group's coordinator is a partition of the transaction like any other: it asks the transaction's
coordinator before the first offsets, and learns the outcome from a marker (KIP-98, 447, 890).
"""

from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.offset_requests import CommitInTransaction, NewOffset
from brokers.groups.shard import GroupShard
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import PartitionIndex, TopicName
from brokers.log.verification import Guard
from brokers.node.authorization import may, note_refused_topics
from brokers.node.coordination import group_limit
from brokers.node.coordination.internal_topics import qualified
from brokers.node.coordination.shard import Shard
from brokers.node.session import RequestContext
from brokers.node.transactions import NO_SEQUENCE, Unconfirmed, confirm
from brokers.wire.messages.txn_offset_commit_request import TxnOffsetCommitRequest
from brokers.wire.messages.txn_offset_commit_response import (
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

ADDS_SINCE_VERSION: Final = 5
"""From this version on the offsets' partition is added here; older clients have sent
AddOffsetsToTxn."""

ABORTABLE_SINCE_VERSION: Final = 4


async def handle(
    request: TxnOffsetCommitRequest, context: RequestContext, node: "Node"
) -> TxnOffsetCommitResponse:
    """One row per partition; what its topic does not have is refused, the rest is taken."""
    code = await _refusal(request, context, node)
    if code is not None:
        return _refused(request, code)
    response, asked, rows = _sorted_out(request, context, node)
    if len(rows) < sum(len(topic.partitions) for topic in request.topics):
        await node.catch_up()
        response, asked, rows = _sorted_out(request, context, node)
    answered = (
        (topic.name, row.error_code) for topic in response.topics for row in topic.partitions
    )
    note_refused_topics(context, node, Operation.READ, answered)
    if not rows:
        return response
    try:
        codes = await _commit(request, context, node, asked)
    except Refusal as refusal:
        codes = [_told(refusal.code, context.api_version)] * len(rows)
    for row, code in zip(rows, codes, strict=True):
        row.error_code = code
    return response


async def _refusal(
    request: TxnOffsetCommitRequest, context: RequestContext, node: "Node"
) -> ErrorCode | None:
    """What refuses every partition alike."""
    transactional = ResourceType.TRANSACTIONAL_ID
    if not await may(context, node, Operation.WRITE, transactional, request.transactional_id):
        return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        return ErrorCode.GROUP_AUTHORIZATION_FAILED
    return None


def _refused(request: TxnOffsetCommitRequest, code: ErrorCode) -> TxnOffsetCommitResponse:
    return TxnOffsetCommitResponse(
        topics=[
            TxnOffsetCommitResponseTopic(
                topic.name,
                [
                    TxnOffsetCommitResponsePartition(partition.partition_index, code)
                    for partition in topic.partitions
                ],
            )
            for topic in request.topics
        ]
    )


async def _commit(
    request: TxnOffsetCommitRequest,
    context: RequestContext,
    node: "Node",
    asked: list[NewOffset],
) -> list[ErrorCode]:
    name = qualified(context.session.tenant_id, request.group_id)
    await group_limit.admit(node, context.session, request.group_id)
    shard = node.groups.shard_for(name)
    guard = await _confirm(request, context, node, shard)
    commit = CommitInTransaction(
        group_id=name,
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        generation=request.generation_id,
        offsets=asked,
        at_ms=node.clock.now_ms(),
        producer_id=request.producer_id,
        producer_epoch=request.producer_epoch,
    )
    codes: list[ErrorCode] = await shard.ask(
        lambda machine, token, now: machine.commit_in_transaction(commit, token), guard=guard
    )
    return codes


async def _confirm(
    request: TxnOffsetCommitRequest,
    context: RequestContext,
    node: "Node",
    shard: Shard[GroupShard],
) -> Guard | None:
    """The guard to write with; None when the transaction is open here. Raises ``Refusal``."""
    adds = context.api_version >= ADDS_SINCE_VERSION
    partition = shard.partition
    asked = Unconfirmed(request.producer_id, request.producer_epoch, adds)
    asked.look_at(partition, NO_SEQUENCE)
    if not asked.guards:
        return None
    tenant_id = context.session.tenant_id
    refused = await confirm(node, tenant_id, request.transactional_id, asked)
    if partition in refused:
        raise Refusal(refused[partition], "the transaction's coordinator did not confirm it")
    return asked.guards.get(partition)


def _told(code: ErrorCode, version: int) -> ErrorCode:
    """As clients of that version know it."""
    if code is ErrorCode.NETWORK_EXCEPTION:
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    if code is ErrorCode.MESSAGE_TOO_LARGE:
        return ErrorCode.INVALID_COMMIT_OFFSET_SIZE
    if code is ErrorCode.TRANSACTION_ABORTABLE and version < ABORTABLE_SINCE_VERSION:
        return ErrorCode.INVALID_TXN_STATE
    return code


def _sorted_out(
    request: TxnOffsetCommitRequest, context: RequestContext, node: "Node"
) -> tuple[TxnOffsetCommitResponse, list[NewOffset], list[TxnOffsetCommitResponsePartition]]:
    """The response with a row for each partition, and what is to be committed, with its rows."""
    response = TxnOffsetCommitResponse()
    asked: list[NewOffset] = []
    rows: list[TxnOffsetCommitResponsePartition] = []
    ids = node.image.topic_ids.get(context.session.tenant_id, {})
    for topic in request.topics:
        topic_id = ids.get(TopicName(topic.name))
        known = {} if topic_id is None else node.image.partitions.get(topic_id, {})
        readable = context.rights.allow(Operation.READ, ResourceType.TOPIC, topic.name)
        answers = TxnOffsetCommitResponseTopic(topic.name)
        response.topics.append(answers)
        for partition in topic.partitions:
            row = TxnOffsetCommitResponsePartition(partition.partition_index)
            answers.partitions.append(row)
            if not readable:
                row.error_code = ErrorCode.TOPIC_AUTHORIZATION_FAILED
                continue
            if PartitionIndex(partition.partition_index) not in known:
                row.error_code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                continue
            rows.append(row)
            asked.append(
                NewOffset(
                    (topic.name, partition.partition_index),
                    partition.committed_offset,
                    partition.committed_leader_epoch,
                    partition.committed_metadata or "",
                )
            )
    return response, asked, rows
