"""The coordinators of one run of one broker, and what their questions to other brokers meet."""

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.ids import ProducerId
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import BrokerRecord
from brokers.node.answers import Answer, Buffers
from brokers.node.coordination.coordinator_questions import CoordinatorQuestions
from brokers.node.coordination.group_coordinator import group_coordinator
from brokers.node.coordination.marker_sender import MarkerSender
from brokers.node.coordination.transaction_coordinator import transaction_coordinator
from brokers.node.handlers import add_partitions_to_txn, write_txn_markers
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.partitions import PartitionManager
from brokers.node.ports import MetadataUnavailable
from brokers.wire.messages import write_txn_markers_response
from brokers.wire.messages.write_txn_markers_request import WriteTxnMarkersRequest
from brokers.wire.registry import ApiKey
from tests.sim.loop import SimulatedLoop
from tests.sim.store import now

if TYPE_CHECKING:
    from tests.sim.broker import Broker

ANSWER_SECONDS: Final = 2.0
HEAD_BYTES: Final = 8
PEER: Final = SimpleNamespace(peer="another broker")

Serve = Callable[["Coordinating"], Coroutine[Any, Any, Any]]


class Coordinating:
    """What coordinators and the handlers that they ask see of a node."""

    def __init__(self, broker: "Broker") -> None:
        self.broker = broker
        self.broker_id = broker.id
        self.clock = broker.timeline
        self.config = SimpleNamespace(
            initial_rebalance_delay_ms=0,
            consumer_session_timeout_ms=45_000,
            consumer_heartbeat_interval_ms=5_000,
        )
        self.producer_ids = self
        self._run = broker.run
        self.loop = SimulatedLoop(broker.timeline, self._later)
        with self.loop.running():
            peers: Any = _Peers(self)
            node: Any = self
            self.groups = group_coordinator(node)
            self.markers = MarkerSender(node, peers)
            self.transaction_coordinator = transaction_coordinator(node, self.markers)
            self.transactions = CoordinatorQuestions(node)
            self.transactions._peers = peers
        self.coordinators = (self.groups, self.transaction_coordinator)

    def _later(self, shortest_ms: float, longest_ms: float, event: Callable[[], None]) -> None:
        """Nothing is left of a run that is over, whatever a coroutine of it does as it goes."""
        if self.broker.run == self._run:
            self.broker.later(shortest_ms, longest_ms, event)

    def begin(self) -> None:
        """The node's own tasks; once its broker is up."""
        self.loop.create_task(self._send_markers())
        for coordinator in self.coordinators:
            self.loop.create_task(coordinator.watch())

    async def _send_markers(self) -> None:
        """``MarkerSender.work`` without its farewell: these brokers never stop, they die."""
        while True:
            await self.markers._news.wait()
            self.markers._news.clear()
            self.markers._begin()

    @property
    def image(self) -> MetadataImage:
        return self.broker.image

    @property
    def partitions(self) -> PartitionManager:
        return self.broker.partitions

    def role_taken(self, partition: PartitionRuntime) -> None:
        with self.loop.running():
            for coordinator in self.coordinators:
                if coordinator.topic_name == partition.topic.name:
                    coordinator.role_taken(partition)

    async def catch_up(self) -> bool:
        self.broker.catch_up()
        world = self.broker.world
        return world.store.available and not world.cannot_reach_store(self.broker_id)

    async def next(self) -> ProducerId | None:
        """A producer id that nobody else has."""
        try:
            return now(self.broker.world.store.reserve_producer_ids(1))
        except MetadataUnavailable:
            return None

    async def write_markers(self, request: WriteTxnMarkersRequest) -> Any:
        """The handler's answer, through the codec."""
        call: Any = SimpleNamespace(
            node=self,
            session=PEER,
            version=2,
            correlation_id=0,
            has_tags=False,
            connection=SimpleNamespace(listener=SimpleNamespace(loop=self.loop)),
        )
        found = write_txn_markers._append(call, request, write_txn_markers._locate(call, request))
        buffers = await self._completed(found) if isinstance(found, Answer) else found
        frame = memoryview(b"".join(buffers))
        return write_txn_markers_response.decode(2, frame, HEAD_BYTES)

    async def _completed(self, answer: Answer) -> Buffers:
        done = asyncio.Event()
        answer.owner = SimpleNamespace(answer_ready=done.set)
        await done.wait()
        assert answer.buffers is not None
        return answer.buffers

    async def add_partitions(self, request: Any) -> Any:
        context: Any = SimpleNamespace(api_version=5, session=PEER)
        node: Any = self
        return await add_partitions_to_txn.handle(request, context, node)


class _Peers:
    """``PeerRequests`` over the simulated network."""

    def __init__(self, node: Coordinating) -> None:
        self._node = node

    async def ask(self, broker: BrokerRecord, api_key: ApiKey, version: int, request: Any) -> Any:
        node = self._node
        other = node.broker.world.brokers[broker.id - 1]

        async def serve(there: Coordinating) -> Any:
            if api_key is ApiKey.WRITE_TXN_MARKERS:
                return await there.write_markers(request)
            return await there.add_partitions(request)

        try:
            return await call(
                node.loop,
                other,
                serve,
                is_cut_off=lambda: node.broker.world.is_cut_off(node.broker_id, other.id),
                repeats=0.1,
            )
        except TimeoutError as error:
            raise PeerUnreachable("no answer in time") from error

    def close(self) -> None:
        pass


async def call(
    loop: SimulatedLoop,
    broker: "Broker",
    serve: Serve,
    *,
    is_cut_off: Callable[[], bool] = lambda: False,
    timeout_s: float = ANSWER_SECONDS,
    repeats: float = 0.0,
) -> Any:
    """What ``serve`` returns at ``broker``; ``repeats``: how often the request arrives a
    second time, late.

    Raises ``TimeoutError``: it is not known then whether it was served.
    """
    answer: asyncio.Future[Any] = loop.create_future()
    dice = broker.timeline.random

    async def serve_and_answer(there: Coordinating) -> None:
        result = await serve(there)
        if not is_cut_off() and dice.random() >= 0.03:
            loop._later(0.1, 3.0, lambda: answer.done() or answer.set_result(result))

    def arrive() -> None:
        node = broker.node
        if node is not None and not is_cut_off():
            node.loop.create_task(serve_and_answer(node))

    is_slow = dice.random() < 0.05
    broker.timeline.soon(0.1, 500.0 if is_slow else 3.0, lambda: broker.when_running(arrive))
    if dice.random() < repeats:
        broker.timeline.soon(1.0, 600.0, lambda: broker.when_running(arrive))
    async with asyncio.timeout(timeout_s):
        return await answer
