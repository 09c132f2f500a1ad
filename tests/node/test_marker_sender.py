"""Markers reach every partition's leader, whatever happens on the way."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.clock import Instant
from brokers.kernel.decision import Decision
from brokers.kernel.errors import ErrorCode
from brokers.node.coordination.marker_sender import MarkerSender
from brokers.transactions.coordinator import TransactionCoordinator
from brokers.transactions.effects import WriteMarkers
from brokers.transactions.records import state_record
from brokers.transactions.state import (
    Producer,
    Transaction,
    TransactionPartition,
    TransactionState,
)
from brokers.wire.messages.write_txn_markers_request import WriteTxnMarkersRequest
from brokers.wire.messages.write_txn_markers_response import (
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersResponse,
)

HERE = 1
A, B = (TransactionPartition(bytes([n]) * 16, "orders", n) for n in (1, 2))
SAME_NAME = TransactionPartition(bytes([9]) * 16, "orders", 1)


class Image:
    """Leaders of partitions, as far as sending markers looks at the cluster's image."""

    def __init__(self, *partitions: TransactionPartition) -> None:
        self.leaders: dict[TransactionPartition, int | None] = dict.fromkeys(partitions, HERE)
        self.tombstones: set[bytes] = set()
        self.brokers = {n: SimpleNamespace(id=n, fenced=False) for n in (HERE, 2)}

    @property
    def topics(self) -> set[bytes]:
        return {partition.topic_id for partition in self.leaders}

    def partition(self, topic_id: bytes, index: int) -> SimpleNamespace | None:
        for partition, leader in self.leaders.items():
            if (partition.topic_id, partition.partition) == (topic_id, index):
                return SimpleNamespace(leader=leader, leader_epoch=5)
        return None


class Cell:
    """A coordinator with one prepared transaction, and a leader that answers as told."""

    def __init__(self, *partitions: TransactionPartition) -> None:
        self.image = Image(*partitions)
        self.broker_id = HERE
        self.requests: list[WriteTxnMarkersRequest] = []
        self.unreachable: list[int] = []
        self.answers: dict[TransactionPartition, list[ErrorCode]] = {}
        self.on_catch_up: Callable[[], None] = lambda: None
        self.clock = SimpleNamespace(monotonic_ms=lambda: 0, now_ms=lambda: 0)
        self.machine = TransactionCoordinator(3)
        prepared = Transaction(
            Producer(7, 1),
            TransactionState.PREPARE_COMMIT,
            60_000,
            0,
            partitions=frozenset(partitions),
            client_version=2,
        )
        self.machine.replay(state_record("t/orders", prepared))
        self.is_active = True
        self.partition = "__transaction_state-0"
        self.sender = MarkerSender(self, self)

    async def catch_up(self) -> bool:
        self.on_catch_up()
        return True

    # As every other broker.

    def close(self) -> None:
        pass

    async def ask(self, broker, api_key, version, request) -> WriteTxnMarkersResponse:
        if broker.id in self.unreachable:
            self.unreachable.remove(broker.id)
            raise PeerUnreachable("gone")
        self.requests.append(request)
        return WriteTxnMarkersResponse(
            [
                WritableTxnMarkerResult(
                    marker.producer_id,
                    [
                        WritableTxnMarkerTopicResult(
                            topic.name,
                            [
                                WritableTxnMarkerPartitionResult(index, self._answer(topic, index))
                                for index in topic.partition_indexes
                            ],
                        )
                        for topic in marker.topics
                    ],
                )
                for marker in request.markers
            ]
        )

    def _answer(self, topic, index: int) -> ErrorCode:
        left = self.answers.get(TransactionPartition(topic.topic_id, topic.name, index), [])
        return left.pop(0) if left else ErrorCode.NONE

    # As a shard.

    def carry_out(self, decision: Decision) -> None:
        for record in decision.records:
            self.machine.replay(record)
        for event in decision.events:
            self.machine.replay_event(event)

    @property
    def state(self) -> TransactionState:
        return self.machine.transaction("t/orders").state

    def send(self) -> None:
        decision = self.machine.loaded(Instant(0, 0))
        (markers,) = [each for each in decision.effects if isinstance(each, WriteMarkers)]
        self.sender.send(self, markers)

    async def until(self, condition: Callable[[], object]) -> None:
        working = asyncio.create_task(self.sender.work())
        try:
            async with asyncio.timeout(60):
                while not condition():
                    assert not working.done(), working.exception()
                    await asyncio.sleep(0.001)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def sent(request: WriteTxnMarkersRequest) -> set[tuple[bytes, int, int]]:
    return {
        (topic.topic_id, index, epoch)
        for marker in request.markers
        for topic in marker.topics
        for index, epoch in zip(topic.partition_indexes, topic.leader_epochs, strict=True)
    }


async def test_what_is_due_at_one_broker_goes_in_one_request() -> None:
    cell = Cell(A, B)
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    (request,) = cell.requests
    assert sent(request) == {(A.topic_id, 1, 5), (B.topic_id, 2, 5)}
    (marker,) = request.markers
    assert (marker.producer_id, marker.producer_epoch, marker.transaction_result) == (7, 1, True)
    assert (marker.coordinator_epoch, marker.transaction_version) == (3, 2)


@pytest.mark.parametrize(
    "error", [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH,
              ErrorCode.REQUEST_TIMED_OUT, ErrorCode.KAFKA_STORAGE_ERROR],
)  # fmt: skip
async def test_only_what_failed_is_sent_again(error) -> None:
    cell = Cell(A, B)
    cell.answers[B] = [error, error]
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    assert [sent(request) for request in cell.requests[1:]] == [{(B.topic_id, 2, 5)}] * 2


async def test_a_broker_that_cannot_be_reached_is_asked_again() -> None:
    cell = Cell(A)
    cell.unreachable = [HERE, HERE]
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    assert cell.unreachable == []


async def test_a_partition_with_a_later_epoch_has_had_its_marker() -> None:
    cell = Cell(A)
    cell.answers[A] = [ErrorCode.INVALID_PRODUCER_EPOCH]
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)


async def test_whoever_waits_for_markers_is_told_of_each_answer() -> None:
    cell = Cell(A, B)
    cell.answers[B] = [ErrorCode.NOT_LEADER_OR_FOLLOWER]
    cell.send()
    left: list[int] = []

    async def look() -> None:
        while cell.state is TransactionState.PREPARE_COMMIT:
            await cell.sender.wait_for_progress("t/orders", 60)
            left.append(len(cell.requests))

    looking = [asyncio.create_task(look()) for _ in range(2)]
    await cell.until(lambda: all(each.done() for each in looking))
    assert left == [1, 1, 2, 2]
    assert cell.sender._progress == {}


async def test_whoever_waits_for_markers_in_vain_leaves_nothing_behind() -> None:
    cell = Cell(A)
    await cell.sender.wait_for_progress("t/orders", 0.001)
    waiting = asyncio.create_task(cell.sender.wait_for_progress("t/orders", 60))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert cell.sender._progress == {}


async def test_without_a_leader_it_waits_for_one() -> None:
    cell = Cell(A)
    cell.image.leaders[A] = None
    rounds = 0

    def elected() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            cell.image.leaders[A] = HERE

    cell.on_catch_up = elected
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    assert (len(cell.requests), rounds) == (1, 3)


@pytest.mark.parametrize("has_tombstone", [True, False])
async def test_a_deleted_topic_needs_no_marker(has_tombstone) -> None:
    cell = Cell(A, B)
    del cell.image.leaders[B]
    if has_tombstone:
        cell.image.tombstones.add(B.topic_id)
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    assert [sent(request) for request in cell.requests] == [{(A.topic_id, 1, 5)}]


async def test_a_topic_that_is_only_not_known_yet_is_waited_for() -> None:
    cell = Cell(A)
    del cell.image.leaders[A]
    cell.on_catch_up = lambda: cell.image.leaders.update({A: HERE})
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    assert len(cell.requests) == 1


async def test_two_topics_of_one_name_are_told_apart() -> None:
    """Deleted and made again within the transaction: an answer names both alike."""
    cell = Cell(A, SAME_NAME)
    cell.answers[SAME_NAME] = [ErrorCode.NOT_LEADER_OR_FOLLOWER]
    cell.send()
    await cell.until(lambda: cell.state is TransactionState.COMPLETE_COMMIT)
    assert all(len(sent(request)) == 1 for request in cell.requests)
    assert len(cell.requests) == 3


async def test_a_coordinator_that_was_replaced_gives_up() -> None:
    cell = Cell(A, B)
    cell.answers[A] = [ErrorCode.TRANSACTION_COORDINATOR_FENCED]
    cell.answers[B] = [ErrorCode.NOT_LEADER_OR_FOLLOWER]
    cell.send()
    await cell.until(lambda: len(cell.requests) == 2)
    assert sent(cell.requests[1]) == {(B.topic_id, 2, 5)}
    assert cell.state is TransactionState.PREPARE_COMMIT


async def test_what_another_machine_decided_is_not_this_ones() -> None:
    cell = Cell(A)
    cell.answers[A] = [ErrorCode.NOT_LEADER_OR_FOLLOWER]
    cell.send()
    cell.machine = Cell(A).machine
    cell.sender.send(cell, WriteMarkers("t/x", 1, Producer(8, 0), True, 3, 2, frozenset({B})))
    cell.image.leaders[B] = HERE
    await cell.until(lambda: cell.requests)
    assert [marker.producer_id for marker in cell.requests[0].markers] == [8]
