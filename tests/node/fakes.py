"""A cell in memory: the metadata store and the control plane that nodes under test talk to.

It keeps the same promises as the one on PostgreSQL (numbered changes in order, compare-and-set on
incarnations) and can be switched off, as PostgreSQL can. Safe to call from the test's thread.
"""

import asyncio
import hashlib
import hmac
import secrets
import threading
import uuid
from dataclasses import replace

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
)
from brokers.metadata.config_operations import altered
from brokers.metadata.records import (
    BrokerRecord,
    Change,
    CredentialRecord,
    Kind,
    PartitionRecord,
    ScramVerifier,
    Snapshot,
    TenantRecord,
    TopicRecord,
)
from brokers.metadata.topic_configs import checked
from brokers.metadata.topic_names import check_new_topic_name
from brokers.node.authentication.plain import plain_verifier
from brokers.node.ports import (
    Actor,
    BrokerRegistration,
    ConfigOperation,
    MetadataUnavailable,
    NewTopic,
    Refused,
    TopicCreated,
)

PEPPER = b"the pepper of tests, 32 bytes...."
SYSTEM = TenantId("00000000-0000-0000-0000-000000000000")


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
        self.registrations: list[BrokerRegistration] = []
        self.credentials: dict[str, CredentialRecord] = {}
        self.queries = 0
        """How often changes were asked for."""
        self._heartbeats: dict[BrokerId, int] = {}
        self._next_producer_id = 0
        self._lock = threading.RLock()

    # What a test does.

    def add_tenant(self, name: str = "acme", **fields: object) -> TenantRecord:
        number = len(self.tenants) + 1
        tenant = TenantRecord(
            id=TenantId(str(uuid.uuid4())),
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

    def add_key(
        self,
        tenant: TenantRecord,
        *,
        administrator: bool = True,
        principal: str = "User:tenant-admin",
        expires_at_ms: int | None = None,
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
        )
        with self._lock:
            self.credentials[key_id] = credential
            self._publish(Kind.CREDENTIAL, key_id, credential.to_json())
        return key_id, secret

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
    ) -> TopicRecord:
        """A topic over the registered brokers in turn, or led as ``leaders`` says."""
        with self._lock:
            topic = TopicRecord(
                id=TopicId(uuid.uuid4().bytes),
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
                leader = BrokerId(brokers[index % len(brokers)])
                self.put_partition(
                    PartitionRecord(
                        topic_id=topic.id,
                        index=PartitionIndex(index),
                        replicas=(leader,),
                        isr=(leader,),
                        leader=leader,
                        leader_epoch=LeaderEpoch(0),
                        partition_epoch=PartitionEpoch(0),
                    )
                )
            return topic

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
            return Snapshot(ChangeNumber(len(self.changes)), tuple(self.changes))

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
            for partition in list(self.partitions.values()):
                if partition.leader == registration.id:
                    self.put_partition(
                        replace(
                            partition,
                            leader_epoch=LeaderEpoch(partition.leader_epoch + 1),
                            partition_epoch=PartitionEpoch(partition.partition_epoch + 1),
                        )
                    )
            return incarnation

    async def heartbeat(self, broker_id: BrokerId, incarnation: Incarnation) -> bool:
        self._check()
        broker = self.brokers.get(broker_id)
        if broker is None or broker.incarnation != incarnation:
            return False
        self._heartbeats[broker_id] = self._heartbeats.get(broker_id, 0) + 1
        if broker.fenced:
            self.put_broker(replace(broker, fenced=False))
        return True

    async def stop_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> None:
        await self.fence_broker(broker_id, incarnation)

    async def broker_heartbeats(self) -> dict[BrokerId, tuple[Incarnation, int]]:
        self._check()
        return {
            broker.id: (broker.incarnation, self._heartbeats.get(broker.id, 0))
            for broker in self.brokers.values()
            if not broker.fenced
        }

    async def fence_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> bool:
        self._check()
        broker = self.brokers.get(broker_id)
        if broker is None or broker.incarnation != incarnation or broker.fenced:
            return False
        self.put_broker(replace(broker, fenced=True))
        return True

    async def reserve_producer_ids(self, count: int) -> ProducerId:
        self._check()
        first = self._next_producer_id
        self._next_producer_id += count
        return ProducerId(first)

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
        if validate_only:
            return TopicCreated(new.name, TopicId(bytes(16)), count, 1, configs)
        topic = self.add_topic(actor.tenant_id, new.name, count, configs=configs)
        return TopicCreated(topic.name, topic.id, count, 1, configs)

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
        self.put_topic(replace(topic, partition_count=count))
        for index in range(topic.partition_count, count):
            self.put_partition(replace(first, index=PartitionIndex(index)))

    async def alter_topic_configs(
        self, actor: Actor, name: str, operations: list[ConfigOperation], validate_only: bool
    ) -> None:
        self._check()
        topic = self._named(actor, name)
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "it does not exist")
        configs = altered(topic.configs, [(o.name, o.operation, o.value) for o in operations])
        if not validate_only:
            self.put_topic(replace(topic, configs=configs))

    async def replace_topic_configs(
        self, actor: Actor, name: str, configs: dict[str, str], validate_only: bool
    ) -> None:
        self._check()
        topic = self._named(actor, name)
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "it does not exist")
        if not validate_only:
            self.put_topic(replace(topic, configs=checked(configs)))
