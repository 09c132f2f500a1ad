"""All partitions of one internal topic that this broker leads, each with its machine."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import PartitionIndex, TopicName
from brokers.node.coordination.internal_topics import partition_for
from brokers.node.coordination.shard import Decide, Machine, Shard
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.coordinator.state_record import StateTopic

if TYPE_CHECKING:
    from brokers.node.node import Node

LATE_SECONDS = 1.0

M = TypeVar("M", bound=Machine)


class Coordinator(Generic[M]):
    """Coordinates what is named in partitions of ``topic_name`` that this broker leads."""

    def __init__(
        self,
        node: "Node",
        topic_name: TopicName,
        state: StateTopic,
        make_machine: Callable[[PartitionRuntime], M],
        perform: Callable[[Shard[M], Any], None],
    ) -> None:
        self.topic_name = topic_name
        self._node = node
        self._state = state
        self._make_machine = make_machine
        self._perform = perform
        self._shards: dict[PartitionIndex, Shard[M]] = {}

    def __iter__(self) -> Iterator[Shard[M]]:
        """Every partition led here, loaded or not."""
        return iter(list(self._shards.values()))

    def role_taken(self, partition: PartitionRuntime) -> None:
        """The partition has begun to lead, gone on leading, or ended it."""
        shard = self._shards.get(partition.index)
        if shard is not None and (
            shard.partition is not partition or shard.leader_epoch != partition.leader_epoch
        ):
            del self._shards[partition.index]
            shard.end()
            shard = None
        if shard is None and partition.is_leader:
            shard = self._shards[partition.index] = Shard(
                partition,
                self._state,
                lambda: self._make_machine(partition),
                clock=self._node.clock,
                perform=self._perform,
                is_sure=self._is_sure,
            )
            partition.on_marker[:] = [shard.marker_appended]

    def shard_for(self, name: str) -> Shard[M]:
        """What coordinates a qualified name. Raises ``Refusal`` NOT_COORDINATOR."""
        topic = self._node.image.internal_topic(self.topic_name)
        if topic is not None:
            index = PartitionIndex(partition_for(name, topic.partition_count))
            shard = self._shards.get(index)
            if shard is not None:
                return shard
        raise Refusal(ErrorCode.NOT_COORDINATOR, "another broker coordinates this")

    async def ask(self, name: str, decide: Decide[M], gone: Decide[M] | None = None) -> Any:
        """What the machine that knows ``name`` replies. Raises ``Refusal`` as ``Shard.ask``."""
        return await self.shard_for(name).ask(decide, gone=gone)

    async def ask_current(self, name: str, decide: Decide[M]) -> Any:
        """As ``ask``, for a look at what another coordinator could have changed meanwhile."""
        return await self.shard_for(name).ask_current(decide)

    async def ask_surely(self, name: str, decide: Decide[M]) -> Any:
        """As ``ask_current``, for what transactions are built on."""
        return await self.shard_for(name).ask_surely(decide)

    def _is_sure(self) -> bool:
        return self._node.lease.holds(self._node.clock.monotonic_ms())

    async def watch(self) -> None:
        """Tell requests that wait too long for a commit, until cancelled."""
        while True:
            await asyncio.sleep(LATE_SECONDS)
            for shard in self:
                shard.tell_late()

    def end(self) -> None:
        """The broker stops: whoever waits asks the next coordinator."""
        for shard in self:
            shard.end()
        self._shards.clear()
