"""What a partition's leader asks a transaction's coordinator on another broker."""

import asyncio
from types import SimpleNamespace

import pytest

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import PartitionIndex, ProducerId, TenantId, TopicId
from brokers.node.coordination.coordinator_questions import CoordinatorQuestions
from brokers.node.coordination.internal_topics import qualified
from brokers.node.ports import PartitionNumber, TransactionPart
from brokers.wire.messages.add_partitions_to_txn_request import AddPartitionsToTxnRequest
from brokers.wire.messages.add_partitions_to_txn_response import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
)
from tests.waiting import until

TENANT = TenantId("0af76519-16cd-43dd-8448-eb211c80319c")
TOPIC, ABSENT = TopicId(b"t" * 16), TopicId(b"x" * 16)


class Coordinator:
    """Broker 2, which coordinates everything; asked from broker 1."""

    def __init__(self) -> None:
        self.requests: list[AddPartitionsToTxnRequest] = []
        self.may_answer = asyncio.Event()
        self.is_reachable = True
        self.answered = ErrorCode.NONE

    def close(self) -> None:
        pass

    async def ask(self, broker, api_key, version, request) -> AddPartitionsToTxnResponse:
        self.requests.append(request)
        await self.may_answer.wait()
        if not self.is_reachable:
            raise PeerUnreachable("gone")
        return AddPartitionsToTxnResponse(
            results_by_transaction=[
                AddPartitionsToTxnResult(
                    each.transactional_id,
                    [
                        AddPartitionsToTxnTopicResult(
                            topic.name,
                            [
                                AddPartitionsToTxnPartitionResult(index, self.answered)
                                for index in topic.partitions
                            ],
                        )
                        for topic in each.topics
                    ],
                )
                for each in request.transactions
            ]
        )


@pytest.fixture
def coordinator() -> Coordinator:
    return Coordinator()


@pytest.fixture
def questions(coordinator) -> CoordinatorQuestions:
    state = SimpleNamespace(id=TopicId(b"s" * 16), partition_count=4)
    image = SimpleNamespace(
        topics={TOPIC: SimpleNamespace(name="orders")},
        brokers={2: SimpleNamespace(id=2, fenced=False)},
        internal_topic=lambda name: state,
        partition=lambda topic_id, index: SimpleNamespace(leader=2),
    )
    asked = CoordinatorQuestions(SimpleNamespace(image=image, broker_id=1))
    asked._peers = coordinator
    return asked


def part(name: str, *topic_ids: TopicId) -> TransactionPart:
    numbers = tuple(PartitionNumber(each, PartitionIndex(0)) for each in topic_ids)
    return TransactionPart(TENANT, name, ProducerId(7), 3, numbers)


async def test_ids_are_qualified_and_topics_carry_theirs(questions, coordinator) -> None:
    coordinator.may_answer.set()
    assert await questions.verify(part("a", TOPIC)) == [ErrorCode.NONE]
    ((asked,),) = [request.transactions for request in coordinator.requests]
    assert (asked.transactional_id, asked.verify_only) == (qualified(TENANT, "a"), True)
    assert (asked.producer_id, asked.producer_epoch) == (7, 3)
    assert [(topic.name, topic.topic_id) for topic in asked.topics] == [("orders", TOPIC)]
    await questions.add(part("a", TOPIC))
    assert not coordinator.requests[1].transactions[0].verify_only


async def test_the_coordinators_word_is_passed_on_for_each_partition(
    questions, coordinator
) -> None:
    coordinator.may_answer.set()
    coordinator.answered = ErrorCode.TRANSACTION_ABORTABLE
    assert await questions.verify(part("a", ABSENT, TOPIC)) == [
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.TRANSACTION_ABORTABLE,
    ]


async def test_what_arises_meanwhile_goes_together_and_an_id_only_once(
    questions, coordinator
) -> None:
    first = asyncio.create_task(questions.verify(part("a", TOPIC)))
    await until(lambda: coordinator.requests)
    others = [asyncio.create_task(questions.verify(part(name, TOPIC))) for name in ("b", "c", "b")]
    await asyncio.sleep(0)
    coordinator.may_answer.set()
    assert await asyncio.gather(first, *others) == [[ErrorCode.NONE]] * 4
    names = [[each.transactional_id[-1] for each in r.transactions] for r in coordinator.requests]
    assert names == [["a"], ["b", "c"], ["b"]]


async def test_nobody_is_left_waiting_for_a_broker_that_is_gone(questions, coordinator) -> None:
    coordinator.is_reachable = False
    tasks = [asyncio.create_task(questions.add(part(name, TOPIC))) for name in ("a", "a", "b")]
    await until(lambda: coordinator.requests)
    coordinator.may_answer.set()
    assert await asyncio.gather(*tasks) == [[ErrorCode.COORDINATOR_NOT_AVAILABLE]] * 3


async def test_nobody_is_left_waiting_when_the_broker_stops(questions, coordinator) -> None:
    tasks = [asyncio.create_task(questions.add(part(name, TOPIC))) for name in ("a", "a")]
    await until(lambda: coordinator.requests)
    questions.close()
    async with asyncio.timeout(60):
        answers = await asyncio.gather(*tasks)
    assert answers == [[ErrorCode.COORDINATOR_NOT_AVAILABLE]] * 2
