"""Group commit on simulated time: a flush reaches the disk some time after it began."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from brokers.log.flush import FlushTicket
from brokers.node.partition_runtime import PartitionRuntime

if TYPE_CHECKING:
    from tests.sim.broker import Broker


class Flusher:
    """Of one run of one broker."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._timeline = broker.timeline

    def ask(self, partition: PartitionRuntime) -> None:
        self._broker.later(0.0, 1.0, lambda: self._begin(partition))

    def ask_later(self, partition: PartitionRuntime) -> None:
        self._broker.later(50.0, 250.0, partition.begin_flush)

    def _begin(self, partition: PartitionRuntime) -> None:
        if partition.is_awaited or self._timeline.random.random() < 0.5:
            partition.begin_flush()
        else:
            partition.postponed()
            self._broker.later(5.0, 10.0, partition.begin_flush)

    def run(self, ticket: FlushTicket, done: Callable[[FlushTicket], None]) -> None:
        def synchronise() -> None:
            ticket.run()
            self._broker.later(0.0, 1.0, lambda: done(ticket))

        slow = self._timeline.random.random() < 0.05
        self._broker.later(0.1, 60.0 if slow else 3.0, synchronise)
