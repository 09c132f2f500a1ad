"""The image: a broker's picture of the cluster, folded out of numbered changes.

Lookups by a tenant's name for a thing always take the tenant too, so that a foreign thing and an
absent one cannot be told apart by whoever asks. ``apply`` is the only mutation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from brokers.authorization.authorizer import Authorizer
from brokers.kernel.ids import (
    BrokerId,
    ChangeNumber,
    PartitionIndex,
    TenantId,
    TopicId,
    TopicName,
)
from brokers.metadata.records import (
    AclRecord,
    BrokerRecord,
    Change,
    ClientQuotaRecord,
    CredentialRecord,
    KeptVerifier,
    Kind,
    PartitionRecord,
    Snapshot,
    TenantRecord,
    TopicRecord,
)
from brokers.metadata.scram_shapes import ScramShapes

BEGINNING: Final = ChangeNumber(0)
"""Before the first change."""


@dataclass(slots=True)
class MetadataImage:
    """Everything a broker knows of the cluster at ``number``."""

    number: ChangeNumber = BEGINNING
    generation: int = 0
    """Of the snapshot that it began with."""
    tenants: dict[TenantId, TenantRecord] = field(default_factory=dict)
    credentials: dict[str, CredentialRecord] = field(default_factory=dict)
    scram_users: dict[TenantId, dict[str, CredentialRecord]] = field(default_factory=dict)
    """Those of ``credentials`` that are SCRAM users, by name."""
    scram_shapes: dict[str, ScramShapes] = field(
        default_factory=lambda: {"sha256": ScramShapes(), "sha512": ScramShapes()}, compare=False
    )
    """Of ``scram_users``, by mechanism."""
    authorizers: dict[TenantId, Authorizer] = field(default_factory=dict)
    """Of tenants that have bindings."""
    acl_owners: dict[str, TenantId] = field(default_factory=dict)
    """Whose each binding is, by its id."""
    client_quotas: dict[TenantId, dict[str, ClientQuotaRecord]] = field(default_factory=dict)
    """By id; a tenant without any is not named."""
    topics: dict[TopicId, TopicRecord] = field(default_factory=dict)
    partitions: dict[TopicId, dict[PartitionIndex, PartitionRecord]] = field(default_factory=dict)
    brokers: dict[BrokerId, BrokerRecord] = field(default_factory=dict)
    tombstones: dict[TopicId, TopicRecord] = field(default_factory=dict)
    """Deleted topics: the only reason for which a broker may delete a partition's data."""
    topic_ids: dict[TenantId, dict[TopicName, TopicId]] = field(default_factory=dict)
    internal_topics: dict[TopicName, TopicId] = field(default_factory=dict)
    """The service's own topics; a tenant's topic is never among them, whatever its name."""
    quotas_version: int = field(default=0, compare=False)
    """Rises whenever a tenant or a client quota changed, as ``topics_version`` does."""
    topics_version: int = field(default=0, compare=False)
    """Rises whenever a topic was created, changed or deleted; how often depends on how this image
    came to be."""

    @classmethod
    def from_snapshot(cls, snapshot: Snapshot) -> "MetadataImage":
        image = cls()
        image.begin_anew(snapshot)
        return image

    def begin_anew(self, snapshot: Snapshot) -> None:
        """Be what ``snapshot`` says, whatever was known before."""
        for known in (self.tenants, self.credentials, self.scram_users, self.authorizers,
                      self.acl_owners, self.client_quotas, self.topics, self.partitions,
                      self.brokers, self.tombstones, self.topic_ids):  # fmt: skip
            known.clear()
        for shapes in self.scram_shapes.values():
            shapes.clear()
        for change in snapshot.changes:
            self._apply(change)
        self.number = snapshot.number
        self.generation = snapshot.generation

    def apply(self, change: Change) -> None:
        """Apply one change; a number not above the image's own is a repetition and ignored."""
        if change.number <= self.number:
            return
        self._apply(change)
        self.number = change.number

    def _apply(self, change: Change) -> None:
        match change.kind:
            case Kind.TENANT:
                self._apply_tenant(change)
            case Kind.CREDENTIAL:
                self._apply_credential(change)
            case Kind.ACL:
                self._apply_acl(change)
            case Kind.TOPIC:
                self._apply_topic(change)
            case Kind.PARTITION:
                self._apply_partition(change)
            case Kind.BROKER:
                self._apply_broker(change)
            case Kind.QUOTA:
                self._apply_quota(change)
            case Kind.MEMBER:
                pass

    def _apply_tenant(self, change: Change) -> None:
        self.quotas_version += 1
        if change.payload is None:
            self.tenants.pop(TenantId(change.key), None)
        else:
            tenant = TenantRecord.from_json(change.payload)
            self.tenants[tenant.id] = tenant

    def _apply_quota(self, change: Change) -> None:
        self.quotas_version += 1
        if change.payload is None:
            for tenant_id, quotas in [*self.client_quotas.items()]:
                if quotas.pop(change.key, None) is not None and not quotas:
                    del self.client_quotas[tenant_id]
        else:
            quota = ClientQuotaRecord.from_json(change.key, change.payload)
            self.client_quotas.setdefault(quota.tenant_id, {})[quota.id] = quota

    def _apply_credential(self, change: Change) -> None:
        former = self.credentials.pop(change.key, None)
        if former is not None and former.scram_user is not None:
            users = self.scram_users[former.tenant_id]
            del users[former.scram_user]
            for shapes, cluster, kept in self._shapes_with(former):
                shapes.remove(cluster, kept)
            if not users:
                del self.scram_users[former.tenant_id]
        if change.payload is None:
            return
        credential = CredentialRecord.from_json(change.payload)
        self.credentials[credential.key_id] = credential
        if credential.scram_user is not None:
            users = self.scram_users.setdefault(credential.tenant_id, {})
            users[credential.scram_user] = credential
            for shapes, cluster, kept in self._shapes_with(credential):
                shapes.add(cluster, kept)

    def _shapes_with(
        self, user: CredentialRecord
    ) -> Iterator[tuple[ScramShapes, str, KeptVerifier]]:
        cluster = user.key_id.rpartition("@")[2]
        for name, kept in (("sha256", user.scram_sha_256), ("sha512", user.scram_sha_512)):
            if kept is not None:
                yield self.scram_shapes[name], cluster, kept

    def _apply_acl(self, change: Change) -> None:
        if change.payload is None:
            owner = self.acl_owners.pop(change.key, None)
            if owner is not None:
                authorizer = self.authorizers[owner]
                authorizer.remove(change.key)
                if not authorizer:
                    del self.authorizers[owner]
        else:
            acl = AclRecord.from_json(change.payload)
            self.acl_owners[acl.id] = acl.tenant_id
            self.authorizers.setdefault(acl.tenant_id, Authorizer()).put(acl.id, acl.binding)

    def _apply_topic(self, change: Change) -> None:
        topic_id = TopicId(bytes.fromhex(change.key))
        self.topics_version += 1
        self._forget_name(self.topics.pop(topic_id, None))
        if change.payload is None:
            # The row itself is gone, after every broker was done with its tombstone.
            self.tombstones.pop(topic_id, None)
            self.partitions.pop(topic_id, None)
            return
        topic = TopicRecord.from_json(change.payload)
        if topic.deleted:
            self.tombstones[topic_id] = topic
            self.partitions.pop(topic_id, None)
        else:
            self.topics[topic_id] = topic
            self.topic_ids.setdefault(topic.tenant_id, {})[topic.name] = topic_id
            if topic.internal:
                self.internal_topics[topic.name] = topic_id

    def _forget_name(self, topic: TopicRecord | None) -> None:
        if topic is None:
            return
        ids = self.topic_ids[topic.tenant_id]
        if ids.get(topic.name) == topic.id:
            del ids[topic.name]
            if not ids:
                del self.topic_ids[topic.tenant_id]
        if self.internal_topics.get(topic.name) == topic.id:
            del self.internal_topics[topic.name]

    def _apply_partition(self, change: Change) -> None:
        if change.payload is None:
            topic_hex, _, index = change.key.partition("/")
            self.partitions.get(TopicId(bytes.fromhex(topic_hex)), {}).pop(
                PartitionIndex(int(index)), None
            )
        else:
            partition = PartitionRecord.from_json(change.payload)
            if partition.topic_id not in self.tombstones:
                self.partitions.setdefault(partition.topic_id, {})[partition.index] = partition

    def _apply_broker(self, change: Change) -> None:
        if change.payload is None:
            self.brokers.pop(BrokerId(int(change.key)), None)
        else:
            broker = BrokerRecord.from_json(change.payload)
            self.brokers[broker.id] = broker

    def topic(self, tenant_id: TenantId, name: TopicName) -> TopicRecord | None:
        """The tenant's topic of that name; None for a foreign one as for an absent one."""
        topic_id = self.topic_ids.get(tenant_id, {}).get(name)
        return None if topic_id is None else self.topics[topic_id]

    def internal_topic(self, name: TopicName) -> TopicRecord | None:
        """The service's own topic of that name."""
        topic_id = self.internal_topics.get(name)
        return None if topic_id is None else self.topics[topic_id]

    def topic_by_id(self, tenant_id: TenantId, topic_id: TopicId) -> TopicRecord | None:
        """The tenant's topic of that id; None for a foreign one as for an absent one."""
        topic = self.topics.get(topic_id)
        return topic if topic is not None and topic.tenant_id == tenant_id else None

    def topics_of(self, tenant_id: TenantId) -> list[TopicRecord]:
        """The tenant's topics by name."""
        ids = self.topic_ids.get(tenant_id, {})
        return [self.topics[ids[name]] for name in sorted(ids)]

    def partition(self, topic_id: TopicId, index: PartitionIndex) -> PartitionRecord | None:
        return self.partitions.get(topic_id, {}).get(index)

    def live_brokers(self) -> list[BrokerRecord]:
        """Unfenced brokers by id."""
        return [self.brokers[b] for b in sorted(self.brokers) if not self.brokers[b].fenced]
