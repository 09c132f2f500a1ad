"""A cell's topics: those that a test makes, and the verbs that tenants ask for."""

from collections.abc import Sequence
from dataclasses import replace

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import (
    BrokerId,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    TenantId,
    TopicId,
    TopicName,
)
from brokers.metadata import election
from brokers.metadata.config_operations import altered
from brokers.metadata.placement import Candidate, place
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.metadata.topic_configs import checked, value_of
from brokers.metadata.topic_names import check_new_topic_name
from brokers.node.ports import Actor, ConfigOperation, NewTopic, Refused, TopicCreated
from tests.node.cell.state import SYSTEM, CellState

COORDINATOR_PARTITIONS = 4


class Topics(CellState):
    # What a test does.

    def add_topic(
        self,
        tenant_id: TenantId,
        name: str,
        partitions: int = 1,
        *,
        configs: dict[str, str] | None = None,
        internal: bool = False,
        leaders: list[int] | None = None,
        replicas: Sequence[Sequence[int]] | None = None,
    ) -> TopicRecord:
        """A topic over the registered brokers in turn, one replica each; or led as ``leaders``
        says; or with all ``replicas`` per partition, in sync as far as they are live."""
        with self._lock:
            topic = TopicRecord(
                id=TopicId(self.new_id().bytes),
                tenant_id=tenant_id,
                name=name,
                partition_count=partitions,
                configs=configs or {},
                internal=internal,
            )
            self.put_topic(topic)
            brokers = leaders or sorted(self.brokers) or [1]
            for index in range(partitions):
                held = replicas[index] if replicas else [brokers[index % len(brokers)]]
                self._add_partition(topic.id, index, held)
            return topic

    def _add_partition(self, topic_id: TopicId, index: int, replicas: Sequence[int]) -> None:
        held = tuple(BrokerId(each) for each in replicas)
        fenced = {broker.id for broker in self.brokers.values() if broker.fenced}
        isr = tuple(each for each in held if each not in fenced)
        self.put_partition(
            PartitionRecord(
                topic_id=topic_id,
                index=PartitionIndex(index),
                replicas=held,
                isr=isr,
                leader=isr[0] if isr else None,
                leader_epoch=LeaderEpoch(0),
                partition_epoch=PartitionEpoch(0),
            )
        )

    # ControlPlane.

    async def ensure_coordinator_topic(self, name: TopicName) -> None:
        self._check()
        with self._lock:
            if any(topic.name == name and topic.internal for topic in self.topics.values()):
                return
            replicas = place(self._candidates(), COORDINATOR_PARTITIONS, self._usual_copies())
            self.add_topic(
                SYSTEM, name, len(replicas), configs={"cleanup.policy": "compact"},
                internal=True, replicas=replicas,
            )  # fmt: skip

    async def create_topics(
        self, actor: Actor, topics: list[NewTopic], validate_only: bool
    ) -> list[TopicCreated | Refused]:
        self._check()
        return [self._create(actor, topic, validate_only) for topic in topics]

    def _create(self, actor: Actor, new: NewTopic, validate_only: bool) -> TopicCreated | Refused:
        try:
            check_new_topic_name(new.name)
            configs = checked(new.configs)
        except Refusal as refusal:
            return Refused(refusal.code, refusal.message)
        if self._named(actor, new.name) is not None:
            return Refused(ErrorCode.TOPIC_ALREADY_EXISTS, "it exists")
        count = self.tenants[actor.tenant_id].default_partition_count
        count = count if new.partition_count == -1 else new.partition_count
        candidates = self._candidates()
        copies = new.replication_factor
        copies = self._usual_copies() if copies == -1 else copies
        if not 1 <= copies <= len(candidates):
            return Refused(ErrorCode.INVALID_REPLICATION_FACTOR, f"{copies} of {len(candidates)}")
        if validate_only:
            return TopicCreated(new.name, TopicId(bytes(16)), count, copies, configs)
        replicas = place(candidates, count, copies)
        if new.assignments:
            replicas = [new.assignments[index] for index in sorted(new.assignments)]
        topic = self.add_topic(
            actor.tenant_id, new.name, len(replicas), configs=configs, replicas=replicas
        )
        return TopicCreated(topic.name, topic.id, len(replicas), len(replicas[0]), configs)

    def _candidates(self) -> list[Candidate]:
        return [
            Candidate(broker.id, broker.volume_id, 0, is_live=not broker.fenced)
            for broker in self.brokers.values()
            if not broker.draining
        ]

    def _usual_copies(self) -> int:
        return 3 if len(self._candidates()) >= 3 else 1

    def _named(self, actor: Actor, name: str) -> TopicRecord | None:
        for topic in self.topics.values():
            if (topic.tenant_id, topic.name, topic.deleted) == (actor.tenant_id, name, False):
                return topic
        return None

    def _existing(self, actor: Actor, name: str) -> TopicRecord:
        topic = self._named(actor, name)
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "it does not exist")
        return topic

    async def delete_topics(self, actor: Actor, topic_ids: list[TopicId]) -> list[Refused | None]:
        self._check()
        for topic_id in topic_ids:
            self.tombstone(topic_id)
        return [None] * len(topic_ids)

    async def create_partitions(
        self,
        actor: Actor,
        name: str,
        count: int,
        validate_only: bool,
        assignments: object = (),
    ) -> None:
        self._check()
        topic = self._existing(actor, name)
        if count <= topic.partition_count:
            raise Refusal(ErrorCode.INVALID_PARTITIONS, "there are as many already")
        if validate_only:
            return
        first = self.partitions[topic.id, 0]
        for index in range(topic.partition_count, count):
            self._add_partition(topic.id, index, first.replicas)
        self.put_topic(replace(topic, partition_count=count))

    async def alter_topic_configs(
        self, actor: Actor, name: str, operations: list[ConfigOperation], validate_only: bool
    ) -> None:
        self._check()
        topic = self._existing(actor, name)
        configs = altered(topic.configs, [(o.name, o.operation, o.value) for o in operations])
        if not validate_only:
            self._configure(topic, configs)

    async def replace_topic_configs(
        self, actor: Actor, name: str, configs: dict[str, str], validate_only: bool
    ) -> None:
        self._check()
        topic = self._existing(actor, name)
        if not validate_only:
            self._configure(topic, checked(configs))

    def _configure(self, topic: TopicRecord, configs: dict[str, str]) -> None:
        """Another minimum is another partition epoch."""
        with self._lock:
            before = value_of("min.insync.replicas", topic.configs)
            self.put_topic(replace(topic, configs=configs))
            if value_of("min.insync.replicas", configs) != before:
                self._change(
                    lambda record: election.with_minimum(record, minimum=self.minimum(record)),
                    [each for each in self._present() if each.topic_id == topic.id],
                )
