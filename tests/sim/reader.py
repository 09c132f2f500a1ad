"""A consumer of one partition, through the broker's own fetch: what it reads is committed, goes on
without a gap where it stopped, and never changes; in the end it has everything."""

from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from brokers.kernel.errors import ErrorCode
from brokers.node.charges import UNCHARGED
from brokers.node.config import ListenerName
from brokers.node.entrance import Entrance
from brokers.node.handlers.fetch import _Result
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.world import World

VERSION: Final = 15
EXPECTED: Final = frozenset(
    {
        ErrorCode.NONE,
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.KAFKA_STORAGE_ERROR,
    }
)
"""Not OFFSET_OUT_OF_RANGE: it would make a consumer begin anew somewhere else."""


class Reader:
    """Has dice of its own, so that the rest of a run is the same with it as without."""

    def __init__(self, world: "World", index: int) -> None:
        self.index = index
        self.position = 0
        self._world = world
        self._timeline = world.timeline
        self._dice = Random(f"{world.seed}/{index}")
        self._epoch = 0
        self._later()

    @property
    def is_done(self) -> bool:
        """Whether it has read everything that is committed."""
        return self.position == self._world.checks.end(self.index)

    def _later(self) -> None:
        self._timeline.after(self._dice.uniform(30, 150), self._poll)

    def _poll(self) -> None:
        self._later()
        up = [broker for broker in self._world.brokers if broker.is_up]
        if not up:
            return
        record = self._dice.choice(up).image.partition(self._world.topic.id, self.index)
        if record is None or record.leader is None or record.leader_epoch < self._epoch:
            return
        self._epoch = record.leader_epoch
        broker, epoch = self._world.brokers[record.leader - 1], record.leader_epoch
        self._timeline.after(
            self._dice.uniform(0.1, 3.0),
            lambda: broker.when_running(lambda: self._fetch(broker, epoch)),
        )

    def _fetch(self, broker: "Broker", epoch: int) -> None:
        from tests.sim.world import entries

        partition = broker.partition(self._world.topic.id, self.index)
        if partition is None or not partition.is_leader:
            return
        asked = FetchPartition(
            self.index,
            current_leader_epoch=epoch,
            fetch_offset=self.position,
            partition_max_bytes=self._dice.choice([100, 1000, 1 << 20]),
        )
        topic = FetchTopic(topic_id=self._world.topic.id, partitions=[asked])
        result = _Result(call_at(broker), FetchRequest(topics=[topic], max_bytes=1 << 20))
        result.read([partition])
        (row,) = result.response.responses[0].partitions
        assert ErrorCode(row.error_code) in EXPECTED, (
            f"a consumer at {self.position} was told {ErrorCode(row.error_code).name}"
        )
        found = entries(row.records or b"", self.position)
        self._world.checks.was_read(self.index, found)
        for offset, *_ in found:
            assert offset == self.position, f"a consumer at {self.position} was sent {offset}"
            self.position = offset + 1


def call_at(broker: "Broker") -> Any:
    """What reading asks of a request's surroundings."""
    listener = SimpleNamespace(takes_its_answers=lambda tenant_id: True)
    entrance = Entrance(ListenerName.EXTERNAL)
    metrics = SimpleNamespace(failed=lambda *_: None)
    return SimpleNamespace(
        version=VERSION,
        connection=SimpleNamespace(listener=listener, entrance=entrance, charges=UNCHARGED),
        session=SimpleNamespace(tenant_id=broker.world.topic.tenant_id),
        node=SimpleNamespace(metrics=metrics, image=broker.image),
    )
