"""AddPartitionsToTxn: from clients (versions 0 to 3) one transaction, all of it or nothing; from
brokers (4 and 5) several, to be added or only to be verified (KIP-890).

What brokers ask is qualified by tenant and carries topic ids: they have checked both.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import (
    ZERO_TOPIC_ID,
    PartitionIndex,
    ProducerEpoch,
    ProducerId,
    TopicId,
    TopicName,
)
from brokers.node.authorization import allowed, may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.coordination.transaction_coordinator import ask_to_add, ask_to_verify
from brokers.node.partition_lookup import find_topic
from brokers.node.session import RequestContext
from brokers.transactions.requests import AddPartitions
from brokers.transactions.state import Producer, TransactionPartition
from brokers.wire.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from brokers.wire.messages.add_partitions_to_txn_response import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

BROKERS_SINCE_VERSION = 4

Errors = dict[tuple[str, int], ErrorCode]
"""By topic name and partition, as asked."""


async def handle(
    request: AddPartitionsToTxnRequest, context: RequestContext, node: "Node"
) -> AddPartitionsToTxnResponse:
    if context.api_version < BROKERS_SINCE_VERSION:
        errors = await _from_client(request, context, node)
        rows = _rows(request.v3_and_below_topics, errors)
        return AddPartitionsToTxnResponse(results_by_topic_v3_and_below=rows)
    if context.session.peer is None:
        return AddPartitionsToTxnResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED)
    results = await asyncio.gather(
        *(_from_broker(each, context.api_version, node) for each in request.transactions)
    )
    return AddPartitionsToTxnResponse(results_by_transaction=list(results))


# Clients.


async def _from_client(
    request: AddPartitionsToTxnRequest, context: RequestContext, node: "Node"
) -> Errors:
    asked = _asked(request.v3_and_below_topics)
    if not request.v3_and_below_transactional_id:
        return dict.fromkeys(asked, ErrorCode.INVALID_REQUEST)
    transactional_id = request.v3_and_below_transactional_id
    transactional = ResourceType.TRANSACTIONAL_ID
    if not await may(context, node, Operation.WRITE, transactional, transactional_id):
        return dict.fromkeys(asked, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    names = {name for name, _ in asked}
    writable = await allowed(context, node, Operation.WRITE, ResourceType.TOPIC, names)
    found = _find(asked, context, node)
    if None in found.values():
        await node.catch_up()
        found = _find(asked, context, node)
    if None in found.values() or writable != names:
        # Nothing is added where one of them cannot be.
        return {
            key: ErrorCode.TOPIC_AUTHORIZATION_FAILED
            if key[0] not in writable
            else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            if partition is None
            else ErrorCode.OPERATION_NOT_ATTEMPTED
            for key, partition in found.items()
        }
    name = qualified(context.session.tenant_id, transactional_id)
    producer = Producer(
        ProducerId(request.v3_and_below_producer_id),
        ProducerEpoch(request.v3_and_below_producer_epoch),
    )
    partitions = {key: each for key, each in found.items() if each is not None}
    added = AddPartitions(name, producer, frozenset(partitions.values()), context.api_version)
    return await _errors(added, partitions, node, verify_only=False)


def _find(
    asked: list[tuple[str, int]], context: RequestContext, node: "Node"
) -> dict[tuple[str, int], TransactionPartition | None]:
    """The tenant's partitions; None for a foreign one as for an absent one."""
    found: dict[tuple[str, int], TransactionPartition | None] = {}
    for name, index in asked:
        topic_id = find_topic(node, context.session.tenant_id, name, ZERO_TOPIC_ID)
        partition = PartitionIndex(index)
        known = not isinstance(topic_id, ErrorCode) and node.image.partition(topic_id, partition)
        found[name, index] = (
            TransactionPartition(topic_id, TopicName(name), partition)
            if known and not isinstance(topic_id, ErrorCode)
            else None
        )
    return found


# Brokers.


async def _from_broker(
    asked: AddPartitionsToTxnTransaction, version: int, node: "Node"
) -> AddPartitionsToTxnResult:
    partitions = {
        (topic.name, index): TransactionPartition(
            TopicId(topic.topic_id), TopicName(topic.name), PartitionIndex(index)
        )
        for topic in asked.topics
        for index in topic.partitions
    }
    request = AddPartitions(
        asked.transactional_id,
        Producer(ProducerId(asked.producer_id), ProducerEpoch(asked.producer_epoch)),
        frozenset(partitions.values()),
        version,
    )
    errors = await _errors(request, partitions, node, verify_only=asked.verify_only)
    return AddPartitionsToTxnResult(asked.transactional_id, _rows(asked.topics, errors))


async def _errors(
    request: AddPartitions,
    partitions: dict[tuple[str, int], TransactionPartition],
    node: "Node",
    *,
    verify_only: bool,
) -> Errors:
    errors = await decided(request, node, verify_only=verify_only)
    return {key: errors[partition] for key, partition in partitions.items()}


async def decided(
    request: AddPartitions, node: "Node", *, verify_only: bool
) -> Mapping[TransactionPartition, ErrorCode]:
    """What the coordinator here says: NONE for what is in the transaction and committed as such."""
    try:
        ask = ask_to_verify if verify_only else ask_to_add
        answer = await ask(request, node)
    except Refusal as refusal:
        return dict.fromkeys(request.partitions, refusal.code)
    return answer.errors


def _asked(topics: list[AddPartitionsToTxnTopic]) -> list[tuple[str, int]]:
    return [(topic.name, index) for topic in topics for index in topic.partitions]


def _rows(
    topics: list[AddPartitionsToTxnTopic], errors: Errors
) -> list[AddPartitionsToTxnTopicResult]:
    return [
        AddPartitionsToTxnTopicResult(
            topic.name,
            [
                AddPartitionsToTxnPartitionResult(index, errors[topic.name, index])
                for index in topic.partitions
            ],
        )
        for topic in topics
    ]
