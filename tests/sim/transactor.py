"""A transactional producer with an epoch for each transaction (KIP-890): one record to each
partition, then the end. Another one under the same id fences it, and it fences the other."""

import asyncio
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, cast

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import MESSAGE_BYTES_MAX
from brokers.metadata.records import TopicRecord
from brokers.node.coordination.internal_topics import qualified
from brokers.node.coordination.transaction_coordinator import ask_with_producer_id
from brokers.node.handlers.produce import _append_batch
from brokers.node.transactions import NO_GUARDS, Guards, Producers, append_code, confirm
from brokers.transactions.requests import EndTxn, InitProducerId, ProducerAnswer
from brokers.transactions.state import NO_PRODUCER, Producer
from brokers.wire.batch import TRANSACTIONAL_BIT, NewRecord, build_batch
from tests.sim.coordinating import Coordinating, call

if TYPE_CHECKING:
    from brokers.node.node import Node
    from tests.sim.coordination import Coordination

TRANSACTIONS_MAX: Final = 12
TIMEOUT_MS: Final = 1500
PRODUCE_VERSION: Final = 12
TRIES_MAX: Final = 6

COME_BACK: Final = frozenset(
    {
        ErrorCode.CONCURRENT_TRANSACTIONS,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
    }
)
AGAIN: Final = COME_BACK | {
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.NOT_ENOUGH_REPLICAS,
    ErrorCode.KAFKA_STORAGE_ERROR,
}
UNANSWERED: Final = ProducerAnswer(ErrorCode.COORDINATOR_NOT_AVAILABLE)


class Outcome(Enum):
    UNKNOWN = auto()
    COMMITTED = auto()
    ABORTED = auto()


class Transactor:
    """One client process."""

    def __init__(self, coordination: "Coordination", transactional_id: str, name: str) -> None:
        self.is_done = False
        self._coordination = coordination
        self._plain_id = transactional_id
        self._id = qualified(coordination.world.topic.tenant_id, transactional_id)
        self._name = name
        self._dice = coordination.world.random
        self._sequences: list[int] = []
        self._producer = NO_PRODUCER
        coordination.loop.create_task(self._live())

    async def _live(self) -> None:
        number = 0
        while number < TRANSACTIONS_MAX:
            await asyncio.sleep(self._dice.uniform(0.005, 0.2))
            if self._producer == NO_PRODUCER and not await self._begin_anew():
                continue
            number += 1
            await self._transaction(f"{self._name}{number}")
        self.is_done = True

    async def _begin_anew(self) -> bool:
        """Whoever has the id is fenced."""
        request = InitProducerId(self._id, TIMEOUT_MS, version=5)
        answer = await self._ask(request, repeats=0.0)
        if answer.error is ErrorCode.NONE:
            self._become(answer.producer)
        return answer.error is ErrorCode.NONE

    def _become(self, producer: Producer) -> None:
        if producer != self._producer:
            self._producer = producer
            self._sequences = [0] * len(self._coordination.readers)

    async def _transaction(self, name: str) -> None:
        outcomes = self._coordination.outcomes
        outcomes[name] = Outcome.UNKNOWN
        is_whole = True
        for index in range(len(self._sequences)):
            is_whole = is_whole and await self._send(index, name)
        commit = is_whole and self._dice.random() < 0.7
        request = EndTxn(self._id, self._producer, commit, version=5)
        for _ in range(3 * TRIES_MAX):
            answer = await self._ask(request, repeats=0.1)
            if answer.error is ErrorCode.NONE:
                outcomes[name] = Outcome.COMMITTED if commit else Outcome.ABORTED
                self._become(answer.producer)
                return
            if answer.error not in COME_BACK:
                break
            await asyncio.sleep(self._dice.uniform(0.01, 0.1))
        self._producer = NO_PRODUCER

    async def _ask(self, request: InitProducerId | EndTxn, *, repeats: float) -> ProducerAnswer:
        async def serve(node: Coordinating) -> ProducerAnswer:
            there: Any = node
            try:
                return await ask_with_producer_id(request, there)
            except Refusal as refusal:
                return ProducerAnswer(refusal.code)

        coordination = self._coordination
        broker = coordination.leader_of(coordination.transactions, 0)
        if broker is None:
            return UNANSWERED
        try:
            answer: ProducerAnswer = await call(
                coordination.loop, broker, serve, timeout_s=0.5, repeats=repeats
            )
        except TimeoutError:
            return UNANSWERED
        return answer

    async def _send(self, index: int, name: str) -> bool:
        """Whether the record is committed to the log there."""
        batch = build_batch(
            [NewRecord(None, name.encode())],
            base_timestamp=self._coordination.world.timeline.now_ms(),
            producer_id=self._producer.id,
            producer_epoch=self._producer.epoch,
            base_sequence=self._sequences[index],
            attributes=TRANSACTIONAL_BIT,
        )
        for _ in range(TRIES_MAX):
            code = await self._produce(index, batch)
            if code is ErrorCode.NONE:
                self._sequences[index] += 1
                return True
            if code not in AGAIN:
                return False
            await asyncio.sleep(self._dice.uniform(0.005, 0.1))
        return False

    async def _produce(self, index: int, batch: bytes) -> ErrorCode:
        coordination = self._coordination
        ledger = coordination.ledger

        async def serve(node: Coordinating) -> ErrorCode:
            try:
                return await produce(node, self._plain_id, ledger, index, batch)
            except Refusal as refusal:
                return refusal.code

        broker = coordination.leader_of(ledger, index)
        if broker is None:
            return ErrorCode.NOT_LEADER_OR_FOLLOWER
        try:
            code: ErrorCode = await call(coordination.loop, broker, serve, timeout_s=0.5)
        except TimeoutError:
            return ErrorCode.NOT_ENOUGH_REPLICAS
        return code


async def produce(
    node: Coordinating, transactional_id: str, topic: TopicRecord, index: int, batch: bytes
) -> ErrorCode:
    """As the handler of Produce does: ask the coordinator where the transaction is not open yet,
    append, wait for the commit. Raises ``Refusal``."""
    there, version = cast("Node", node), PRODUCE_VERSION
    partition = node.broker.partition(topic.id, index)
    if partition is None or not partition.is_leader:
        return ErrorCode.NOT_LEADER_OR_FOLLOWER
    producers = Producers(version)
    producers.look_at(partition, memoryview(batch))
    guards: Guards = NO_GUARDS
    unconfirmed = producers.unconfirmed
    if unconfirmed is not None:
        refused = await confirm(there, topic.tenant_id, transactional_id, unconfirmed)
        if partition in refused:
            return append_code(refused[partition], version)
        guards = unconfirmed.guards
        if node.broker.partition(topic.id, index) is not partition or not partition.is_leader:
            return ErrorCode.NOT_LEADER_OR_FOLLOWER
    appended = _append_batch(
        partition,
        memoryview(batch),
        PRODUCE_VERSION,
        needs_commit=True,
        now_ms=node.clock.now_ms(),
        most_bytes=MESSAGE_BYTES_MAX,
        guards=guards,
    )
    if partition.high_watermark > appended.last_offset:
        return ErrorCode.NONE
    settled = _Settled(node.loop.create_future())
    partition.wait_for_commit(appended.last_offset + 1, settled, 0)
    return await settled.code


class _Settled:
    def __init__(self, code: "asyncio.Future[ErrorCode]") -> None:
        self.code = code

    def settled(self, slot: int, code: ErrorCode) -> None:
        if not self.code.done():
            self.code.set_result(code)
