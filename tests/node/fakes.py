"""A cell in memory: the metadata store and the control plane that nodes under test talk to.

It keeps the same promises as the one on PostgreSQL (numbered changes in order, compare-and-set on
incarnations and epochs) by the same pure decisions, and can be switched off, as PostgreSQL can.
Safe to call from the test's thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, Incarnation, ProducerId
from brokers.metadata import election, reassignment
from brokers.metadata.isr_proposals import accepted
from brokers.metadata.records import BrokerRecord, PartitionRecord
from brokers.metadata.recovery import NOTHING_SEEN, Seen
from brokers.metadata.rejoining import Restart, rejoined
from brokers.metadata.topic_configs import value_of
from brokers.node.ports import (
    NOTHING_TO_REPORT,
    Actor,
    BrokerRegistration,
    GivenUp,
    IsrChange,
    PartitionAssignment,
    Refused,
    ReplicaReport,
    Report,
    Standing,
    Upkeep,
)
from tests.node.cell.access import Access
from tests.node.cell.tenants import Tenants
from tests.node.cell.topics import Topics


class MemoryCell(Tenants, Access, Topics):
    """Both ports of a node: ``MetadataSource``, and ``ControlPlane``, of which brokers and their
    partitions are here."""

    # Brokers.

    async def register_broker(self, registration: BrokerRegistration) -> Incarnation:
        self._check()
        with self._lock:
            self.registrations.append(registration)
            before = self.brokers.get(registration.id)
            incarnation = Incarnation(1 if before is None else before.incarnation + 1)
            self.put_broker(
                BrokerRecord(
                    id=registration.id,
                    incarnation=incarnation,
                    host=registration.host,
                    port=registration.port,
                    internal_host=registration.internal_host,
                    internal_port=registration.internal_port,
                    volume_id=registration.volume_id,
                    rack=registration.rack,
                )
            )
            restart = Restart(
                broker=registration.id,
                is_clean=before is not None
                and registration.clean_incarnation == before.incarnation,
                has_its_volume=before is None or before.volume_id == registration.volume_id,
            )
            self._change(
                lambda record: rejoined(
                    record,
                    restart,
                    is_synced=value_of("flush", self.topics[record.topic_id].configs) == "fsync",
                    live=self._live(),
                    minimum=self.minimum(record),
                ),
                self._held_by(registration.id),
            )
            return incarnation

    async def heartbeat(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        report: Report = NOTHING_TO_REPORT,
        seen: Seen = NOTHING_SEEN,
    ) -> Standing:
        self._check()
        with self._lock:
            broker = self.brokers.get(broker_id)
            if broker is None or broker.incarnation != incarnation:
                return Standing(False)
            if self.halted or seen.is_ahead_of(self.generation, len(self.changes)):
                self.halted = True
                return Standing(True, True, self.generation, broker_id in self.remembered)
            self._heartbeats[broker_id] = self._heartbeats.get(broker_id, 0) + 1
            self.reports[broker_id] = report
            if broker.fenced or broker.lacks_room != report.lacks_room:
                self.put_broker(replace(broker, fenced=False, lacks_room=report.lacks_room))
            if broker.fenced:
                self._elect(self._held_by(broker_id))
            return Standing(True, generation=self.generation)

    async def halt(self, broker_id: BrokerId, generation: int, reason: str) -> None:
        self._check()
        self.halted = True

    async def report_replicas(self, report: ReplicaReport) -> None:
        self._check()
        self.remembered[report.registration.id] = report

    async def stop_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> None:
        await self.fence_broker(broker_id, incarnation)

    async def broker_heartbeats(self) -> dict[BrokerId, tuple[Incarnation, int]]:
        self._check()
        with self._lock:
            for broker_id in self.beating_elsewhere:
                self._heartbeats[broker_id] = self._heartbeats.get(broker_id, 0) + 1
            return {
                broker.id: (broker.incarnation, self._heartbeats.get(broker.id, 0))
                for broker in self.brokers.values()
                if not broker.fenced
            }

    async def fence_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> bool:
        self._check()
        with self._lock:
            broker = self.brokers.get(broker_id)
            if broker is None or broker.incarnation != incarnation or broker.fenced:
                return False
            self.put_broker(replace(broker, fenced=True))
            self._change(
                lambda record: election.without(
                    record, broker_id, live=self._live(), minimum=self.minimum(record)
                ),
                self._held_by(broker_id),
            )
            return True

    async def reserve_producer_ids(self, count: int) -> ProducerId:
        self._check()
        with self._lock:
            first = self._next_producer_id
            self._next_producer_id += count
            return ProducerId(first)

    # Partitions, decided upon as the services do.

    async def alter_isrs(
        self, broker_id: BrokerId, incarnation: Incarnation, changes: Sequence[IsrChange]
    ) -> list[PartitionRecord | Refused]:
        self._check()
        with self._lock:
            self._check_incarnation(broker_id, incarnation)
            return [self._alter_isr(broker_id, change) for change in changes]

    def _check_incarnation(self, broker_id: BrokerId, incarnation: Incarnation) -> None:
        broker = self.brokers.get(broker_id)
        if broker is None or broker.incarnation != incarnation:
            raise Refusal(ErrorCode.STALE_BROKER_EPOCH, "a later incarnation has registered")

    def _alter_isr(self, broker_id: BrokerId, change: IsrChange) -> PartitionRecord | Refused:
        record = self.partitions.get((change.topic_id, change.index))
        if record is None or self.topics[record.topic_id].deleted:
            return Refused(ErrorCode.UNKNOWN_TOPIC_ID, "there is no such partition")
        try:
            after = accepted(
                record,
                leader=broker_id,
                leader_epoch=change.leader_epoch,
                partition_epoch=change.partition_epoch,
                isr=change.isr,
                brokers=self.brokers,
                minimum=self.minimum(record),
            )
        except Refusal as refusal:
            return Refused(refusal.code, refusal.message)
        self.put_partition(after)
        return after

    async def give_up_replicas(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        replicas: Sequence[GivenUp],
    ) -> list[Refused | None]:
        self._check()
        with self._lock:
            self._check_incarnation(broker_id, incarnation)
            return [self._give_up(broker_id, each) for each in replicas]

    def _give_up(self, broker_id: BrokerId, given_up: GivenUp) -> Refused | None:
        record = self.partitions.get((given_up.topic_id, given_up.index))
        if record is None:
            return Refused(ErrorCode.UNKNOWN_TOPIC_ID, "there is no such partition")
        try:
            after = election.given_up(
                record,
                broker_id,
                leader_epoch=given_up.leader_epoch,
                partition_epoch=given_up.partition_epoch,
                live=self._live(),
                minimum=self.minimum(record),
            )
        except Refusal as refusal:
            return Refused(refusal.code, refusal.message)
        self.put_partition(after)
        return None

    async def mend_partitions(self, *, rebalance: bool) -> Upkeep:
        self._check()
        with self._lock:
            live = self._live()
            elected = self._elect(list(self._present()))
            done = self._change(
                lambda record: reassignment.finished(record, live=live), list(self._present())
            )
            roomy = {each for each in live if not self.brokers[each].lacks_room}
            relieved = self._change(
                lambda record: election.handed_over(record, roomy=roomy), list(self._present())
            )
            moved = self._change(self._preferred, list(self._present())) if rebalance else 0
            return Upkeep(elected, moved, done, relieved)

    def _elect(self, records: Sequence[PartitionRecord]) -> int:
        return self._change(
            lambda record: election.elected(
                record, live=self._live(), minimum=self.minimum(record)
            ),
            records,
        )

    def _preferred(self, record: PartitionRecord) -> PartitionRecord | None:
        try:
            roomy = {each for each in self._live() if not self.brokers[each].lacks_room}
            return election.moved_to(record, record.replicas[0], live=roomy)
        except Refusal:
            return None

    async def elect_leaders(
        self, actor: Actor, partitions: Sequence[tuple[str, int]] | None
    ) -> list[tuple[str, int, Refused | None]]:
        self._check()
        with self._lock:
            return [*self._elect_preferred(actor, partitions)]

    def _elect_preferred(
        self, actor: Actor, partitions: Sequence[tuple[str, int]] | None
    ) -> Iterator[tuple[str, int, Refused | None]]:
        own = {
            (self.topics[record.topic_id].name, record.index): record
            for record in self._present()
            if self.topics[record.topic_id].tenant_id == actor.tenant_id
        }
        for name, index in own if partitions is None else partitions:
            record = own.get((name, index))
            if record is None:
                unknown = Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is none")
                yield name, index, unknown
                continue
            try:
                after = election.moved_to(record, record.replicas[0], live=self._live())
            except Refusal as refusal:
                if partitions is None and refusal.code is ErrorCode.ELECTION_NOT_NEEDED:
                    continue
                yield name, index, Refused(refusal.code, refusal.message)
                continue
            self.put_partition(after)
            yield name, index, None

    async def reassign_partitions(
        self, actor: Actor, assignments: Sequence[PartitionAssignment]
    ) -> list[Refused | None]:
        self._check()
        with self._lock:
            return [self._reassign(actor, each) for each in assignments]

    def _reassign(self, actor: Actor, wanted: PartitionAssignment) -> Refused | None:
        topic = self._named(actor, wanted.topic_name)
        record = None if topic is None else self.partitions.get((topic.id, wanted.index))
        if record is None:
            return Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is none")
        live = self._live()
        try:
            if wanted.replicas is None:
                after = reassignment.cancelled(record, live=live)
            else:
                known = self.brokers.keys()
                after = reassignment.begun(record, wanted.replicas, known=known, live=live)
        except Refusal as refusal:
            return Refused(refusal.code, refusal.message)
        self.put_partition(after)
        return None
