"""The transaction coordinator: ``TransactionCoordinator`` on the partitions of
``__transaction_state``."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import PartitionIndex, ProducerId
from brokers.node.coordination.coordinator import Coordinator
from brokers.node.coordination.internal_topics import (
    CONSUMER_OFFSETS,
    TRANSACTION_STATE,
    partition_for,
)
from brokers.node.coordination.marker_sender import MarkerSender
from brokers.node.coordination.shard import Shard
from brokers.transactions.coordinator import TransactionCoordinator
from brokers.transactions.effects import WriteMarkers
from brokers.transactions.requests import (
    AddPartitions,
    EndTxn,
    InitProducerId,
    PartitionsAnswer,
    ProducerAnswer,
)
from brokers.transactions.state import TransactionPartition
from brokers.wire.coordinator import state_record

if TYPE_CHECKING:
    from brokers.node.node import Node

COMPLETION_SECONDS_MAX: Final = 0.1
"""How long adding to the next transaction waits for the last one's markers; as long as Kafka's
``add.partitions.to.txn.retry.backoff.max.ms``."""


def transaction_coordinator(
    node: "Node", markers: MarkerSender
) -> Coordinator[TransactionCoordinator]:
    """The coordinator of every transactional id whose partition ``node`` leads."""

    def perform(shard: Shard[TransactionCoordinator], effect: Any) -> None:
        match effect:
            case WriteMarkers():
                markers.send(shard, effect)
            case _:
                raise TypeError(f"transactions have no such effect: {effect!r}")

    return Coordinator(
        node,
        TRANSACTION_STATE,
        state_record.TRANSACTION_STATE,
        lambda partition: TransactionCoordinator(partition.leader_epoch),
        perform,
    )


async def ask_with_producer_id(request: InitProducerId | EndTxn, node: "Node") -> ProducerAnswer:
    """What the request's coordinator answers, given a producer id that nobody has had if it may
    need one. Raises ``Refusal`` as ``Shard.ask``."""
    shard = node.transaction_coordinator.shard_for(request.transactional_id)
    fresh: ProducerId | None = None
    if shard.is_active and shard.machine.needs_producer_id(request):
        fresh = await node.producer_ids.next()
    answer: ProducerAnswer
    if isinstance(request, EndTxn):
        answer = await shard.ask(
            lambda machine, token, now: machine.end_txn(request, token, now, fresh)
        )
    else:
        answer = await shard.ask(
            lambda machine, token, now: machine.init_producer_id(request, token, now, fresh)
        )
    return answer


async def ask_to_add(request: AddPartitions, node: "Node") -> PartitionsAnswer:
    """What the request's coordinator answers once the transaction before is complete: told to come
    back, a client stays away for 20 ms or more, and the markers are written in a few.

    CONCURRENT_TRANSACTIONS when that takes too long. Raises ``Refusal`` as ``Shard.ask``.
    """
    shard = node.transaction_coordinator.shard_for(request.transactional_id)
    loop = asyncio.get_running_loop()
    until = loop.time() + COMPLETION_SECONDS_MAX
    while (
        shard.is_active
        and shard.machine.is_too_early(request)
        and (left := until - loop.time()) > 0
    ):
        await node.markers.wait_for_progress(request.transactional_id, left)
    answer: PartitionsAnswer = await shard.ask(
        lambda machine, token, now: machine.add_partitions(request, token, now)
    )
    return answer


async def ask_to_verify(request: AddPartitions, node: "Node") -> PartitionsAnswer:
    """The same of partitions that were added before. Raises ``Refusal`` as ``Shard.ask``."""
    answer: PartitionsAnswer = await node.transaction_coordinator.ask_current(
        request.transactional_id,
        lambda machine, token, now: machine.verify_partitions(request, token),
    )
    return answer


def offsets_partition(qualified_group: str, node: "Node") -> TransactionPartition:
    """Where a group's offsets are. Raises ``Refusal`` COORDINATOR_NOT_AVAILABLE before there are
    any."""
    topic = node.image.internal_topic(CONSUMER_OFFSETS)
    if topic is None:
        raise Refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE, "no group has committed anything yet")
    index = PartitionIndex(partition_for(qualified_group, topic.partition_count))
    return TransactionPartition(topic.id, topic.name, index)
