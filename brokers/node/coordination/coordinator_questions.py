"""Asks a transaction's coordinator, for the leader of a partition, whether the partition is part of
the transaction, or has it added (KIP-890).

Questions for one broker that arise while it is being asked go together in the next request.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, PartitionIndex, ProducerEpoch
from brokers.node.coordination.internal_topics import TRANSACTION_STATE, partition_for, qualified
from brokers.node.handlers.add_partitions_to_txn import decided
from brokers.node.leader_hints import current_leader
from brokers.node.peer_requests import PeerRequests
from brokers.node.ports import TransactionPart
from brokers.transactions.requests import AddPartitions
from brokers.transactions.state import Producer, TransactionPartition
from brokers.wire.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from brokers.wire.messages.add_partitions_to_txn_response import AddPartitionsToTxnResponse
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

VERSION: Final = 5
QUESTIONS_PER_REQUEST_MAX: Final = 500

Errors = Mapping[TransactionPartition, ErrorCode]


@dataclass(slots=True, eq=False)
class _Question:
    asked: AddPartitions
    verify_only: bool
    answer: asyncio.Future[Errors]

    def answered(self, errors: Mapping[tuple[str, int], ErrorCode]) -> None:
        """By topic name and partition; COORDINATOR_NOT_AVAILABLE for what is not among them."""
        if not self.answer.done():
            absent = ErrorCode.COORDINATOR_NOT_AVAILABLE
            self.answer.set_result(
                {
                    each: errors.get((each.topic, each.partition), absent)
                    for each in self.asked.partitions
                }
            )


class CoordinatorQuestions:
    """Belongs to the event loop. Implements ``ports.TransactionVerifier``."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._peers = PeerRequests(node)
        self._questions: dict[BrokerId, list[_Question]] = {}
        self._asking: dict[BrokerId, asyncio.Task[None]] = {}

    async def verify(self, part: TransactionPart) -> Sequence[ErrorCode]:
        """Whether the partitions have been added to the transaction."""
        return await self._codes(part, verify_only=True)

    async def add(self, part: TransactionPart) -> Sequence[ErrorCode]:
        """Add them, if the transaction may have them."""
        return await self._codes(part, verify_only=False)

    async def _codes(self, part: TransactionPart, *, verify_only: bool) -> Sequence[ErrorCode]:
        topics = self._node.image.topics
        partitions = [
            TransactionPartition(each.topic_id, topics[each.topic_id].name, each.index)
            if each.topic_id in topics
            else None
            for each in part.partitions
        ]
        asked = AddPartitions(
            qualified(part.tenant_id, part.transactional_id),
            Producer(part.producer_id, ProducerEpoch(part.producer_epoch)),
            frozenset(each for each in partitions if each is not None),
            VERSION,
        )
        errors = await self._ask(asked, verify_only=verify_only)
        return [
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if each is None else errors[each]
            for each in partitions
        ]

    async def _ask(self, asked: AddPartitions, *, verify_only: bool) -> Errors:
        """COORDINATOR_NOT_AVAILABLE where nobody could be asked."""
        coordinator = self._coordinator_of(asked.transactional_id)
        if coordinator is None:
            await self._node.catch_up()
            coordinator = self._coordinator_of(asked.transactional_id)
        if coordinator is None:
            return dict.fromkeys(asked.partitions, ErrorCode.COORDINATOR_NOT_AVAILABLE)
        if coordinator == self._node.broker_id:
            return await decided(asked, self._node, verify_only=verify_only)
        question = _Question(asked, verify_only, asyncio.get_running_loop().create_future())
        self._questions.setdefault(coordinator, []).append(question)
        if coordinator not in self._asking:
            self._asking[coordinator] = asyncio.create_task(self._converse(coordinator))
        return await question.answer

    def _coordinator_of(self, transactional_id: str) -> BrokerId | None:
        image = self._node.image
        topic = image.internal_topic(TRANSACTION_STATE)
        if topic is None:
            return None
        index = PartitionIndex(partition_for(transactional_id, topic.partition_count))
        found = current_leader(image, topic.id, index)
        return None if found is None else found[1].id

    async def _converse(self, coordinator: BrokerId) -> None:
        """Ask until nothing is left to be asked."""
        try:
            while questions := self._next(coordinator):
                await self._asked(coordinator, questions)
        finally:
            del self._asking[coordinator]
            for question in self._questions.pop(coordinator, ()):
                question.answered({})

    def _next(self, coordinator: BrokerId) -> list[_Question]:
        """One per transactional id: an answer names nothing else."""
        now: dict[str, _Question] = {}
        later: list[_Question] = []
        for question in self._questions.pop(coordinator, ()):
            key = question.asked.transactional_id
            if key in now or len(now) >= QUESTIONS_PER_REQUEST_MAX:
                later.append(question)
            else:
                now[key] = question
        if later:
            self._questions[coordinator] = later
        return list(now.values())

    async def _asked(self, coordinator: BrokerId, questions: list[_Question]) -> None:
        found: dict[str, dict[tuple[str, int], ErrorCode]] = {}
        try:
            found = await self._answers(coordinator, questions)
        finally:
            # Nobody is left waiting, also when this broker stops.
            for question in questions:
                question.answered(found.get(question.asked.transactional_id, {}))

    async def _answers(
        self, coordinator: BrokerId, questions: list[_Question]
    ) -> dict[str, dict[tuple[str, int], ErrorCode]]:
        broker = self._node.image.brokers.get(coordinator)
        if broker is None:
            return {}
        request = AddPartitionsToTxnRequest(transactions=[_transaction(each) for each in questions])
        try:
            response: AddPartitionsToTxnResponse = await self._peers.ask(
                broker, ApiKey.ADD_PARTITIONS_TO_TXN, VERSION, request
            )
        except PeerUnreachable as error:
            log.warning("a transaction's coordinator cannot be asked: %s", error)
            return {}
        return {
            result.transactional_id: {
                (topic.name, row.partition_index): ErrorCode(row.partition_error_code)
                for topic in result.topic_results
                for row in topic.results_by_partition
            }
            for result in response.results_by_transaction
        }

    def close(self) -> None:
        """The broker stops: whoever waits is told that nobody could be asked."""
        for task in self._asking.values():
            task.cancel()
        self._peers.close()


def _transaction(question: _Question) -> AddPartitionsToTxnTransaction:
    asked = question.asked
    topics: dict[tuple[str, bytes], AddPartitionsToTxnTopic] = {}
    for topic_id, name, index in asked.partitions:
        topic = topics.setdefault((name, topic_id), AddPartitionsToTxnTopic(name, [], topic_id))
        topic.partitions.append(index)
    return AddPartitionsToTxnTransaction(
        asked.transactional_id,
        asked.producer.id,
        asked.producer.epoch,
        question.verify_only,
        list(topics.values()),
    )
