"""A consumer of committed transactions only (``isolation.level=read_committed``), which drops what
was aborted as clients do, by the list that comes with the records."""

from typing import TYPE_CHECKING

from brokers.node.handlers.fetch import READ_COMMITTED, _Result
from brokers.wire.batch import iterate_batches
from brokers.wire.control import read_marker
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from brokers.wire.messages.fetch_response import PartitionData
from brokers.wire.records import iterate_records
from tests.sim.reader import EXPECTED, call_at

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.coordination import Coordination


class CommittedReader:
    """Of one partition of the ledger."""

    def __init__(self, coordination: "Coordination", index: int) -> None:
        self.index = index
        self.position = 0
        self.transactions: list[str] = []
        """Named by their records, in order."""
        self._coordination = coordination
        self._timeline = coordination.world.timeline
        self._epoch = 0
        self._later()

    @property
    def is_done(self) -> bool:
        """No transaction holds anything back any more."""
        leader = self._coordination.world.checks.end_of(self._coordination.ledger.id, self.index)
        return self.position == leader

    def _later(self) -> None:
        self._timeline.soon(30, 150, self._poll)

    def _poll(self) -> None:
        self._later()
        broker = self._coordination.leader_of(self._coordination.ledger, self.index)
        if broker is not None:
            self._timeline.soon(0.1, 3.0, lambda: broker.when_running(lambda: self._fetch(broker)))

    def _fetch(self, broker: "Broker") -> None:
        ledger = self._coordination.ledger
        partition = broker.partition(ledger.id, self.index)
        if partition is None or partition.leader_epoch < self._epoch:
            return
        self._epoch = partition.leader_epoch
        asked = FetchPartition(
            self.index,
            current_leader_epoch=partition.leader_epoch,
            fetch_offset=self.position,
            partition_max_bytes=1 << 20,
        )
        request = FetchRequest(
            topics=[FetchTopic(topic_id=ledger.id, partitions=[asked])],
            max_bytes=1 << 20,
            isolation_level=READ_COMMITTED,
        )
        result = _Result(call_at(broker), request)
        result.read([partition])
        (row,) = result.response.responses[0].partitions
        assert row.error_code in EXPECTED, f"told {row.error_code} at {self.position}"
        self._take(row)

    def _take(self, row: PartitionData) -> None:
        """As Kafka's consumer: a producer's records are dropped from the first offset of an aborted
        transaction on up to its marker."""
        ahead = [(each.first_offset, each.producer_id) for each in row.aborted_transactions or ()]
        assert ahead == sorted(ahead), f"aborted transactions come in no order: {ahead}"
        aborted: set[int] = set()
        data = memoryview(row.records or b"")
        for place, header in iterate_batches(data):
            if header.last_offset < self.position:
                continue
            while ahead and ahead[0][0] <= header.last_offset:
                aborted.add(ahead.pop(0)[1])
            batch = data[place : place + header.total_bytes]
            if header.is_control:
                marker = read_marker(batch)
                if marker is not None and not marker.committed:
                    aborted.discard(header.producer_id)
            elif header.producer_id not in aborted:
                self.transactions += [
                    bytes(record.value or b"").decode() for record in iterate_records(batch)
                ]
            self.position = header.last_offset + 1
