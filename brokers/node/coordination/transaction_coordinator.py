"""The transaction coordinator: ``TransactionCoordinator`` on the partitions of
``__transaction_state``."""

from typing import TYPE_CHECKING, Any

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
from brokers.transactions.requests import EndTxn, InitProducerId, ProducerAnswer
from brokers.transactions.state import TransactionPartition
from brokers.wire.coordinator import state_record

if TYPE_CHECKING:
    from brokers.node.node import Node


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


def offsets_partition(qualified_group: str, node: "Node") -> TransactionPartition:
    """Where a group's offsets are. Raises ``Refusal`` COORDINATOR_NOT_AVAILABLE before there are
    any."""
    topic = node.image.internal_topic(CONSUMER_OFFSETS)
    if topic is None:
        raise Refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE, "no group has committed anything yet")
    index = PartitionIndex(partition_for(qualified_group, topic.partition_count))
    return TransactionPartition(topic.id, topic.name, index)
