"""What must hold after every event, and at the end.

Committed is what any leader's high watermark has passed: from then on it is at that offset for
ever, whoever leads; a record that was acknowledged is committed, once.
"""

from collections.abc import Iterable, Mapping
from operator import is_
from typing import TYPE_CHECKING

from brokers.metadata.records import PartitionRecord
from brokers.node.partition_runtime import PartitionRuntime

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.world import World

Entry = tuple[int, int, int, int]
"""Offset, producer, its epoch and its sequence."""

Place = tuple[bytes, int]
"""Topic id and partition."""


class Checks:
    """Looks at what has changed only: an event costs microseconds."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._committed: dict[Place, dict[int, Entry]] = {}
        self._ends: dict[Place, int] = {}
        self._leaders: dict[tuple[Place, int], int] = {}
        self._looked_at: dict[PartitionRuntime, tuple[int, int]] = {}
        """Epoch and high watermark of each leader when it was last looked at and good."""
        self._records: dict[Place, PartitionRecord] = {}
        self.acknowledgements: dict[tuple[int, int], tuple[int, int]] = {}

    def end(self, index: int) -> int:
        """Where what is known to be committed ends, in that partition of the producers' topic."""
        return self.end_of(self._world.topic.id, index)

    def end_of(self, topic_id: bytes, index: int) -> int:
        return self._ends.get((topic_id, index), 0)

    def was_read(self, index: int, entries: Iterable[Entry]) -> None:
        """A consumer was given these: committed, and never anything else."""
        self.after_event()
        committed = self._committed.get((self._world.topic.id, index), {})
        for entry in entries:
            known = committed.get(entry[0])
            assert known == entry, f"a consumer read {entry}, where {known} is committed"

    def acknowledged(self, index: int, offset: int, producer: int, sequence: int) -> None:
        """That record is promised to be at that offset."""
        before = self.acknowledgements.setdefault((producer, sequence), (index, offset))
        assert before == (index, offset), (
            f"{producer}/{sequence} was acknowledged at {before} and at {(index, offset)}"
        )
        self.after_event()
        entry = self._committed.get((self._world.topic.id, index), {}).get(offset)
        assert entry == (offset, producer, 0, sequence), (
            f"{producer}/{sequence} was acknowledged at {offset}, where {entry} is committed"
        )

    def after_event(self) -> None:
        """What was good stays good while nothing changes that it depends on: who led an epoch is
        written once, what is committed only grows, and the store's records are values."""
        looked_at = self._looked_at
        for broker in self._world.brokers:
            if not broker.is_up:
                continue
            # Not by iterating over the manager, which copies what nothing changes here.
            for partitions in broker.partitions._topics.values():
                for partition in partitions.values():
                    # ``is_leader``, spelt out: it is asked a million times.
                    if partition._leader is None:
                        continue
                    now = (partition.leader_epoch, partition.high_watermark)
                    if looked_at.get(partition) != now:
                        self._look_at_leader(broker, partition)
                        looked_at[partition] = now
        records, seen = self._world.store.partitions, self._records
        if len(records) != len(seen) or not all(map(is_, records.values(), seen.values())):
            self._look_at_records(records)

    def _look_at_records(self, records: Mapping[Place, PartitionRecord]) -> None:
        for place, record in records.items():
            self._look_at_record(record, self._records.get(place, record))
        self._records = dict(records)

    @staticmethod
    def _look_at_record(record: PartitionRecord, before: PartitionRecord) -> None:
        epochs = (record.leader_epoch, record.partition_epoch)
        fell_from = (before.leader_epoch, before.partition_epoch)
        assert epochs >= fell_from, f"epochs fell from {fell_from} to {epochs}"
        assert record.leader is None or record.leader in record.isr

    def _look_at_leader(self, broker: "Broker", partition: PartitionRuntime) -> None:
        place = (partition.topic_id, partition.index)
        key = (place, partition.leader_epoch)
        if key not in self._leaders:
            self._leaders[key] = broker.id
            self._holds_all_committed(partition)
        assert self._leaders[key] == broker.id, (
            f"epoch {partition.leader_epoch} has two leaders: {self._leaders[key]}, {broker.id}"
        )
        end = self._ends.get(place, 0)
        if partition.high_watermark > end:
            self._commit(partition, end)

    def _holds_all_committed(self, partition: PartitionRuntime) -> None:
        """At its election; a zombie's own epoch was checked at its own."""
        record = self._world.store.partitions[partition.topic_id, partition.index]
        if record.leader_epoch != partition.leader_epoch:
            return  # It heard of its election when that was history already.
        end = self._ends.get((partition.topic_id, partition.index), 0)
        assert partition.log.log_end_offset >= end, (
            f"elected with {partition.log.log_end_offset} records of {end} committed ones"
        )
        self._compare(partition, 0, end)

    def _compare(self, partition: PartitionRuntime, start: int, end: int) -> None:
        from tests.sim.world import content

        committed = self._committed.setdefault((partition.topic_id, partition.index), {})
        for entry in content(partition, start, end):
            known = committed.setdefault(entry[0], entry)
            assert known == entry, f"offset {entry[0]} was {known} and is {entry}"

    def _commit(self, partition: PartitionRuntime, start: int) -> None:
        self._compare(partition, start, partition.high_watermark)
        self._ends[partition.topic_id, partition.index] = partition.high_watermark

    def final(self) -> None:
        """In peace: everything promised is there, once, on every replica."""
        for place in self._world.store.partitions:
            self._final_of(place)

    def _final_of(self, place: Place) -> None:
        from tests.sim.world import content

        world = self._world
        logs = []
        for broker in world.brokers:
            partition = broker.partition(*place)
            assert partition is not None
            logs.append(content(partition, 0, partition.log.log_end_offset))
        assert logs[0] == logs[1] == logs[2], "replicas differ"
        for entry, known in zip(logs[0], self._committed.get(place, {}).values(), strict=False):
            assert entry == known
        written = [entry[1:] for entry in logs[0] if entry[3] >= 0]
        assert len(set(written)) == len(written), "a record is there twice"
        if place[0] != world.topic.id:
            return
        there = {(p, s): offset for offset, p, _, s in logs[0]}
        for (producer, sequence), (index, offset) in self.acknowledgements.items():
            if index == place[1]:
                assert there.get((producer, sequence)) == offset, (
                    f"{producer}/{sequence} was acknowledged at {offset} and is at "
                    f"{there.get((producer, sequence))}"
                )
