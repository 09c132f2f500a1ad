"""A cell in memory: the metadata store and the control plane that nodes under test talk to.

It keeps the same promises as the one on PostgreSQL (numbered changes in order, compare-and-set on
incarnations and epochs) by the same pure decisions, and can be switched off, as PostgreSQL can.
Safe to call from the test's thread.
"""

import asyncio
import hashlib
import hmac
import secrets
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from brokers.acl_words import entry_of
from brokers.authorization.acl import AclBinding, AclFilter
from brokers.authorization.restriction import KeyRestriction
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import (
    BrokerId,
    ChangeNumber,
    Incarnation,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    Principal,
    ProducerId,
    TenantId,
    TopicId,
    TopicName,
)
from brokers.metadata import election, reassignment
from brokers.metadata.config_operations import altered
from brokers.metadata.isr_proposals import accepted
from brokers.metadata.placement import Candidate, place
from brokers.metadata.records import (
    AclRecord,
    BrokerRecord,
    Change,
    ClientQuotaRecord,
    CredentialRecord,
    Kind,
    PartitionRecord,
    ScramVerifier,
    Snapshot,
    TenantRecord,
    TopicRecord,
)
from brokers.metadata.recovery import NOTHING_SEEN, Seen
from brokers.metadata.rejoining import Restart, rejoined
from brokers.metadata.topic_configs import checked, value_of
from brokers.metadata.topic_names import check_new_topic_name
from brokers.node.authentication.plain import plain_verifier
from brokers.node.ports import (
    NOTHING_TO_REPORT,
    Actor,
    BrokerRegistration,
    ConfigOperation,
    GivenUp,
    IsrChange,
    KeyUse,
    MetadataUnavailable,
    NewTopic,
    PartitionAssignment,
    Refused,
    ReplicaReport,
    Report,
    ScramAlteration,
    Standing,
    TopicCreated,
    Upkeep,
)
from tenants.acl_presets import USUAL, Preset, bindings_of
from tenants.acls import AclEntry
from tenants.client_quotas import check_entity, check_values
from tenants.errors import Invalid

PEPPER = b"the pepper of tests, 32 bytes...."
SYSTEM = TenantId("00000000-0000-0000-0000-000000000000")
COORDINATOR_PARTITIONS = 4


def scram_verifier(hash_name: str, secret: str, iterations: int = 4096) -> ScramVerifier:
    """RFC 5802's StoredKey and ServerKey of a secret."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac(hash_name, secret.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", hash_name)
    return ScramVerifier(
        salt=salt,
        iterations=iterations,
        stored_key=hashlib.new(hash_name, client_key).digest(),
        server_key=hmac.digest(salted, b"Server Key", hash_name),
    )


class MemoryCell:
    """Both ports of a node, over dictionaries."""

    def __init__(self) -> None:
        self.available = True
        self.changes: list[Change] = []
        self.tenants: dict[TenantId, TenantRecord] = {}
        self.topics: dict[TopicId, TopicRecord] = {}
        self.partitions: dict[tuple[TopicId, int], PartitionRecord] = {}
        self.brokers: dict[BrokerId, BrokerRecord] = {}
        self.quotas: dict[tuple, tuple[str, dict[str, float]]] = {}
        """By tenant and entity."""
        self.registrations: list[BrokerRegistration] = []
        self.key_uses: list[KeyUse] = []
        self.credentials: dict[str, CredentialRecord] = {}
        self.generation = 0
        self.halted = False
        self.remembered: dict[BrokerId, ReplicaReport] = {}
        """What brokers reported while it was halted."""
        self.queries = 0
        """How often changes were asked for."""
        self._heartbeats: dict[BrokerId, int] = {}
        self.beating_elsewhere: set[BrokerId] = set()
        """Brokers that no node runs here and that beat all the same: no controller fences them."""
        self.reports: dict[BrokerId, Report] = {}
        self._next_producer_id = 0
        self._lock = threading.RLock()

    # What a test does.

    def new_id(self) -> uuid.UUID:
        """Of a tenant or a topic."""
        return uuid.uuid4()

    def add_tenant(self, name: str = "acme", **fields: object) -> TenantRecord:
        number = len(self.tenants) + 1
        tenant = TenantRecord(
            id=TenantId(str(self.new_id())),
            name=name,
            cluster_id=f"lkc-{number:05d}",
            default_partition_count=1,
            **fields,
        )
        self.put_tenant(tenant)
        return tenant

    def put_tenant(self, tenant: TenantRecord) -> None:
        with self._lock:
            self.tenants[tenant.id] = tenant
            self._publish(Kind.TENANT, tenant.id, tenant.to_json())

    def limit(self, tenant: TenantRecord, **limits: int) -> None:
        """Give the tenant these limits, and no others."""
        self.put_tenant(replace(tenant, limits=limits))

    def put_quota(self, tenant: TenantRecord, entity: dict, **values: float) -> str:
        """A client quota; its id."""
        record = ClientQuotaRecord(str(uuid.uuid4()), tenant.id, entity, values)
        with self._lock:
            self._publish(Kind.QUOTA, record.id, record.to_json())
        return record.id

    def add_key(
        self,
        tenant: TenantRecord,
        *,
        administrator: bool = True,
        principal: str = "User:tenant-admin",
        expires_at_ms: int | None = None,
        preset: Preset = USUAL,
        restriction: KeyRestriction | None = None,
    ) -> tuple[str, str]:
        """(key id, secret)."""
        key_id, secret = f"HW{secrets.token_hex(7).upper()}", secrets.token_urlsafe(32)
        credential = CredentialRecord(
            key_id=key_id,
            tenant_id=tenant.id,
            principal=Principal(principal),
            administrator=administrator,
            plain_verifier=plain_verifier(PEPPER, secret),
            scram_sha_256=scram_verifier("sha256", secret),
            scram_sha_512=scram_verifier("sha512", secret),
            expires_at_ms=expires_at_ms,
            restriction=restriction,
        )
        if not administrator:
            self.allow(tenant, *bindings_of(preset, principal))
        with self._lock:
            self.credentials[key_id] = credential
            self._publish(Kind.CREDENTIAL, key_id, credential.to_json())
        return key_id, secret

    def allow(self, tenant: TenantRecord, *entries: AclEntry) -> list[str]:
        """The ids of the tenant's new bindings."""
        ids = [str(self.new_id()) for _ in entries]
        with self._lock:
            for acl_id, entry in zip(ids, entries, strict=True):
                payload = {"id": acl_id, "tenant_id": tenant.id, **entry._asdict()}
                self._publish(Kind.ACL, acl_id, payload)
        return ids

    async def create_acls(self, actor: Actor, bindings: Sequence[AclBinding]) -> list[None]:
        self._check()
        self.allow(self.tenants[actor.tenant_id], *(entry_of(each) for each in bindings))
        return [None] * len(bindings)

    async def delete_acls(
        self, actor: Actor, filters: Sequence[AclFilter]
    ) -> list[list[AclBinding]]:
        self._check()
        with self._lock:
            held = {
                change.key: AclRecord.from_json(change.payload)
                for change in self.changes
                if change.kind is Kind.ACL and change.payload is not None
            }
            ended = {c.key for c in self.changes if c.kind is Kind.ACL and c.payload is None}
            found: list[list[AclBinding]] = [[] for _ in filters]
            for acl_id, record in held.items():
                if record.tenant_id != actor.tenant_id or acl_id in ended:
                    continue
                matching = [n for n, each in enumerate(filters) if each.matches(record.binding)]
                for number in matching:
                    found[number].append(record.binding)
                if matching:
                    self.end_acl(acl_id)
            return found

    def end_acl(self, acl_id: str) -> None:
        with self._lock:
            self._publish(Kind.ACL, acl_id, None)

    def expire_key(self, key_id: str, at_ms: int) -> None:
        """As for the former of two keys, once the other has taken its place."""
        with self._lock:
            credential = replace(self.credentials[key_id], expires_at_ms=at_ms)
            self.credentials[key_id] = credential
            self._publish(Kind.CREDENTIAL, key_id, credential.to_json())

    def revoke_key(self, key_id: str) -> None:
        with self._lock:
            del self.credentials[key_id]
            self._publish(Kind.CREDENTIAL, key_id, None)

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
            self.topics[topic.id] = topic
            self._publish(Kind.TOPIC, topic.id.hex(), topic.to_json())
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

    def put_topic(self, topic: TopicRecord) -> None:
        with self._lock:
            self.topics[topic.id] = topic
            self._publish(Kind.TOPIC, topic.id.hex(), topic.to_json())

    def put_partition(self, partition: PartitionRecord) -> None:
        with self._lock:
            self.partitions[partition.topic_id, partition.index] = partition
            key = f"{partition.topic_id.hex()}/{partition.index}"
            self._publish(Kind.PARTITION, key, partition.to_json())

    def put_broker(self, broker: BrokerRecord) -> None:
        with self._lock:
            self.brokers[broker.id] = broker
            self._publish(Kind.BROKER, str(broker.id), broker.to_json())

    def tombstone(self, topic_id: TopicId) -> None:
        with self._lock:
            self.put_topic(replace(self.topics[topic_id], deleted=True))

    def _publish(self, kind: Kind, key: str, payload: dict | None) -> None:
        number = ChangeNumber(len(self.changes) + 1)
        self.changes.append(Change(number, kind, key, payload))

    def _check(self) -> None:
        if not self.available:
            raise MetadataUnavailable("switched off by the test")

    # MetadataSource.

    async def snapshot(self) -> Snapshot:
        self._check()
        with self._lock:
            number = ChangeNumber(len(self.changes))
            return Snapshot(number, tuple(self.changes), self.generation)

    async def changes_after(self, number: ChangeNumber, limit: int) -> list[Change]:
        self._check()
        with self._lock:
            self.queries += 1
            return self.changes[number : number + limit]

    async def wait_for_hint(self, timeout_s: float) -> None:
        await asyncio.sleep(min(timeout_s, 0.05))

    # ControlPlane.

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

    # The partitions of the cell, decided upon as the services do.

    def _live(self) -> set[BrokerId]:
        return {broker.id for broker in self.brokers.values() if not broker.fenced}

    def minimum(self, record: PartitionRecord) -> int:
        """The effective minimum of in-sync replicas."""
        configured = value_of("min.insync.replicas", self.topics[record.topic_id].configs)
        return election.minimum_of(record, int(configured))

    def _held_by(self, broker_id: BrokerId) -> list[PartitionRecord]:
        return [record for record in self._present() if broker_id in record.replicas]

    def _present(self) -> Iterator[PartitionRecord]:
        for record in list(self.partitions.values()):
            if not self.topics[record.topic_id].deleted:
                yield record

    def _change(
        self,
        decide: Callable[[PartitionRecord], PartitionRecord | None],
        records: Sequence[PartitionRecord],
    ) -> int:
        """Write what ``decide`` makes of ``records``; how many it changed."""
        changed = [after for after in map(decide, records) if after is not None]
        for after in changed:
            self.put_partition(after)
        return len(changed)

    def _elect(self, records: Sequence[PartitionRecord]) -> int:
        return self._change(
            lambda record: election.elected(
                record, live=self._live(), minimum=self.minimum(record)
            ),
            records,
        )

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

    def _preferred(self, record: PartitionRecord) -> PartitionRecord | None:
        try:
            roomy = {each for each in self._live() if not self.brokers[each].lacks_room}
            return election.moved_to(record, record.replicas[0], live=roomy)
        except Refusal:
            return None

    async def reserve_producer_ids(self, count: int) -> ProducerId:
        self._check()
        first = self._next_producer_id
        self._next_producer_id += count
        return ProducerId(first)

    async def ensure_coordinator_topic(self, name: TopicName) -> None:
        self._check()
        with self._lock:
            if any(topic.name == name and topic.internal for topic in self.topics.values()):
                return
            known = [broker for broker in self.brokers.values() if not broker.draining]
            candidates = [Candidate(b.id, b.volume_id, 0, is_live=not b.fenced) for b in known]
            replicas = place(candidates, COORDINATOR_PARTITIONS, 3 if len(known) >= 3 else 1)
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
        known = [broker for broker in self.brokers.values() if not broker.draining]
        copies = new.replication_factor
        if copies == -1:
            copies = 3 if len(known) >= 3 else 1
        if not 1 <= copies <= len(known):
            return Refused(ErrorCode.INVALID_REPLICATION_FACTOR, f"{copies} of {len(known)}")
        if validate_only:
            return TopicCreated(new.name, TopicId(bytes(16)), count, copies, configs)
        candidates = [Candidate(b.id, b.volume_id, 0, is_live=not b.fenced) for b in known]
        replicas = place(candidates, count, copies)
        if new.assignments:
            replicas = [new.assignments[index] for index in sorted(new.assignments)]
        topic = self.add_topic(
            actor.tenant_id, new.name, len(replicas), configs=configs, replicas=replicas
        )
        return TopicCreated(topic.name, topic.id, len(replicas), len(replicas[0]), configs)

    def _named(self, actor: Actor, name: str) -> TopicRecord | None:
        for topic in self.topics.values():
            if (topic.tenant_id, topic.name, topic.deleted) == (actor.tenant_id, name, False):
                return topic
        return None

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
        topic = self._named(actor, name)
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "it does not exist")
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
        topic = self._named(actor, name)
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "it does not exist")
        configs = altered(topic.configs, [(o.name, o.operation, o.value) for o in operations])
        if not validate_only:
            self._configure(topic, configs)

    async def replace_topic_configs(
        self, actor: Actor, name: str, configs: dict[str, str], validate_only: bool
    ) -> None:
        self._check()
        topic = self._named(actor, name)
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "it does not exist")
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

    async def alter_client_quotas(self, actor, entity, values, validate_only) -> None:
        self._check()
        try:
            check_entity(entity)
            check_values(entity, values)
        except Invalid as invalid:
            raise Refusal(ErrorCode.INVALID_REQUEST, invalid.message) from invalid
        if validate_only:
            return
        with self._lock:
            key = (actor.tenant_id, *sorted(entity.items()))
            quota_id, before = self.quotas.get(key, (str(uuid.uuid4()), {}))
            merged = {**before, **values}
            kept = {name: value for name, value in merged.items() if value is not None}
            self.quotas[key] = (quota_id, kept)
            record = ClientQuotaRecord(quota_id, actor.tenant_id, entity, kept)
            self._publish(Kind.QUOTA, quota_id, record.to_json() if kept else None)

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

    async def note_key_uses(self, uses: Sequence[KeyUse]) -> None:
        self._check()
        self.key_uses += uses

    async def alter_scram_users(
        self, actor: Actor, alterations: Sequence[ScramAlteration]
    ) -> list[Refused | None]:
        self._check()
        with self._lock:
            return [self._alter_scram_user(actor, each) for each in alterations]

    def _alter_scram_user(self, actor: Actor, wanted: ScramAlteration) -> Refused | None:
        key_id = f"{wanted.name}@{self.tenants[actor.tenant_id].cluster_id}"
        known = self.credentials.get(key_id)
        kept = {} if known is None else {
            "sha256": known.scram_sha_256, "sha512": known.scram_sha_512,
        }  # fmt: skip
        if any(new is None and kept.get(name) is None for name, new in wanted.verifiers.items()):
            return Refused(ErrorCode.RESOURCE_NOT_FOUND, "there is none")
        kept |= wanted.verifiers
        credential = CredentialRecord(
            key_id, actor.tenant_id, Principal(f"User:{wanted.name}"), False, None,
            kept.get("sha256"), kept.get("sha512"), scram_user=wanted.name,
        )  # fmt: skip
        if not any(kept.values()):
            del self.credentials[key_id]
            self._publish(Kind.CREDENTIAL, key_id, None)
        else:
            self.credentials[key_id] = credential
            self._publish(Kind.CREDENTIAL, key_id, credential.to_json())
        return None

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
