"""What the image is made of: one frozen record per row that brokers must know.

A numbered change carries the whole row as JSON (``to_json``), so applying one is an upsert and
applying it twice is harmless. Ids of topics are hexadecimal in JSON and 16 bytes in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from brokers.authorization.acl import AclBinding
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from brokers.authorization.restriction import KeyRestriction, restriction_from_json
from brokers.kernel.ids import (
    BrokerId,
    ChangeNumber,
    Incarnation,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    Principal,
    TenantId,
    TopicId,
    TopicName,
)

Json = dict[str, Any]


class Kind(StrEnum):
    """What a change is about; the ``key`` beside it names which one."""

    TENANT = "tenant"  # key: tenant id
    CREDENTIAL = "credential"  # key: API key id
    TOPIC = "topic"  # key: topic id, hexadecimal
    PARTITION = "partition"  # key: "<topic id hex>/<index>"
    BROKER = "broker"  # key: broker id
    ACL = "acl"  # key: binding id
    QUOTA = "quota"  # key: the client quota's id
    MEMBER = "member"  # key: "<tenant id>/<user id>"; for web processes, brokers know no people


@dataclass(frozen=True, slots=True)
class Change:
    """One numbered change. ``payload`` None means that the thing is gone."""

    number: ChangeNumber
    kind: Kind
    key: str
    payload: Json | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one number: the same as all changes up to it, folded."""

    number: ChangeNumber
    changes: tuple[Change, ...]
    generation: int = 0
    """How often the metadata has been rebuilt after a restore (``metadata/recovery.py``)."""


@dataclass(frozen=True, slots=True)
class TenantRecord:
    id: TenantId
    name: str
    cluster_id: str
    auto_create_topics: bool = False
    default_partition_count: int = 6
    active: bool = True
    limits: Mapping[str, int] = field(default_factory=dict)
    """By the names of ``tenants/limits.py``; what is not named has no limit."""
    purged: bool = False
    """It was deleted and its grace has passed: what coordinators keep of it goes."""

    @classmethod
    def from_json(cls, data: Json) -> "TenantRecord":
        return cls(
            id=TenantId(data["id"]),
            name=data["name"],
            cluster_id=data["cluster_id"],
            auto_create_topics=data.get("auto_create_topics", False),
            default_partition_count=data.get("default_partition_count", 6),
            active=data.get("active", True),
            limits=dict(data.get("limits", {})),
            purged=data.get("purged", False),
        )

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "cluster_id": self.cluster_id,
            "auto_create_topics": self.auto_create_topics,
            "default_partition_count": self.default_partition_count,
            "active": self.active,
            "limits": dict(self.limits),
            "purged": self.purged,
        }


@dataclass(frozen=True, slots=True)
class ClientQuotaRecord:
    """What one entity of a tenant may use, by Kafka's names (KIP-546)."""

    id: str
    tenant_id: TenantId
    entity: Mapping[str, str | None]
    """Of ``user``, ``client-id``, ``ip`` to a name, or None for the default."""
    values: Mapping[str, float]

    @classmethod
    def from_json(cls, key: str, data: Json) -> "ClientQuotaRecord":
        return cls(
            id=key,
            tenant_id=TenantId(data["tenant_id"]),
            entity=dict(data["entity"]),
            values={name: float(value) for name, value in data["values"].items()},
        )

    def to_json(self) -> Json:
        return {
            "tenant_id": self.tenant_id,
            "entity": dict(self.entity),
            "values": dict(self.values),
        }


@dataclass(frozen=True, slots=True)
class ScramVerifier:
    """What RFC 5802 lets a server keep: the password cannot be computed from it."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes

    @classmethod
    def from_json(cls, data: Json) -> "ScramVerifier":
        return cls(
            salt=bytes.fromhex(data["salt"]),
            iterations=data["iterations"],
            stored_key=bytes.fromhex(data["stored_key"]),
            server_key=bytes.fromhex(data["server_key"]),
        )

    def to_json(self) -> Json:
        return {
            "salt": self.salt.hex(),
            "iterations": self.iterations,
            "stored_key": self.stored_key.hex(),
            "server_key": self.server_key.hex(),
        }


@dataclass(frozen=True, slots=True)
class SealedVerifier:
    """A SCRAM user's verifier as it is kept (``tenants/sealed_verifiers.py``). What is not in the
    box is told to anybody who begins a login by that name."""

    iterations: int
    salt_bytes: int
    salt_style: str
    """``base36`` or ``bytes``."""
    box: str

    @classmethod
    def from_json(cls, data: Json) -> "SealedVerifier":
        return cls(data["iterations"], data["salt_bytes"], data["salt_style"], data["box"])

    def to_json(self) -> Json:
        return {
            "iterations": self.iterations,
            "salt_bytes": self.salt_bytes,
            "salt_style": self.salt_style,
            "box": self.box,
        }


KeptVerifier = ScramVerifier | SealedVerifier
"""An API key's secret cannot be guessed, so its verifiers are in clear."""


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """An API key, or a SCRAM user. Its absence from the image means: cannot log in; revoking
    deletes it. A verifier that is None: it cannot log in by that mechanism."""

    key_id: str
    """What the client calls itself: an API key's id, or ``NAME@CLUSTER_ID`` of a SCRAM user."""
    tenant_id: TenantId
    principal: Principal
    administrator: bool
    plain_verifier: bytes | None
    """HMAC-SHA-256 of the secret under the deployment's pepper (32 bytes)."""
    scram_sha_256: KeptVerifier | None
    scram_sha_512: KeptVerifier | None
    expires_at_ms: int | None = None
    restriction: KeyRestriction | None = None
    """None for no limit but the principal's rights."""
    scram_user: str | None = None
    """A SCRAM user's name inside its tenant; None for an API key."""

    @classmethod
    def from_json(cls, data: Json) -> "CredentialRecord":
        plain = data["plain_verifier"]
        return cls(
            key_id=data["key_id"],
            tenant_id=TenantId(data["tenant_id"]),
            principal=Principal(data["principal"]),
            administrator=data["administrator"],
            plain_verifier=None if plain is None else bytes.fromhex(plain),
            scram_sha_256=_scram_from_json(data["scram_sha_256"]),
            scram_sha_512=_scram_from_json(data["scram_sha_512"]),
            expires_at_ms=data.get("expires_at_ms"),
            restriction=restriction_from_json(data.get("restriction")),
            scram_user=data.get("scram_user"),
        )

    def to_json(self) -> Json:
        plain, restriction = self.plain_verifier, self.restriction
        return {
            "key_id": self.key_id,
            "tenant_id": self.tenant_id,
            "principal": self.principal,
            "administrator": self.administrator,
            "plain_verifier": None if plain is None else plain.hex(),
            "scram_sha_256": _scram_to_json(self.scram_sha_256),
            "scram_sha_512": _scram_to_json(self.scram_sha_512),
            "expires_at_ms": self.expires_at_ms,
            "restriction": None if restriction is None else restriction.to_json(),
            "scram_user": self.scram_user,
        }


def _scram_from_json(data: Json | None) -> KeptVerifier | None:
    if data is None:
        return None
    return SealedVerifier.from_json(data) if "box" in data else ScramVerifier.from_json(data)


def _scram_to_json(verifier: KeptVerifier | None) -> Json | None:
    return None if verifier is None else verifier.to_json()


@dataclass(frozen=True, slots=True)
class AclRecord:
    """One binding of a tenant's access control lists. In JSON its words are Kafka's names in lower
    case: ``"topic"``, ``"prefixed"``, ``"describe_configs"``, ``"allow"``."""

    id: str
    tenant_id: TenantId
    binding: AclBinding

    @classmethod
    def from_json(cls, data: Json) -> "AclRecord":
        return cls(
            id=data["id"],
            tenant_id=TenantId(data["tenant_id"]),
            binding=AclBinding(
                principal=data["principal"],
                host=data["host"],
                resource_type=ResourceType[data["resource_type"].upper()],
                pattern_type=PatternType[data["pattern_type"].upper()],
                resource_name=data["resource_name"],
                operation=Operation[data["operation"].upper()],
                permission=Permission[data["permission"].upper()],
            ),
        )

    def to_json(self) -> Json:
        binding = self.binding
        return {
            "id": self.id,
            "tenant_id": self.tenant_id,
            "principal": binding.principal,
            "host": binding.host,
            "resource_type": binding.resource_type.name.lower(),
            "pattern_type": binding.pattern_type.name.lower(),
            "resource_name": binding.resource_name,
            "operation": binding.operation.name.lower(),
            "permission": binding.permission.name.lower(),
        }


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """A topic, or with ``deleted`` its tombstone: only a tombstone lets a broker delete data."""

    id: TopicId
    tenant_id: TenantId
    name: TopicName
    partition_count: int
    configs: dict[str, str] = field(default_factory=dict)
    """Only what was set; names and defaults are in ``metadata/topic_configs.py``."""
    internal: bool = False
    deleted: bool = False

    @classmethod
    def from_json(cls, data: Json) -> "TopicRecord":
        return cls(
            id=TopicId(bytes.fromhex(data["id"])),
            tenant_id=TenantId(data["tenant_id"]),
            name=TopicName(data["name"]),
            partition_count=data["partition_count"],
            configs=dict(data.get("configs", {})),
            internal=data.get("internal", False),
            deleted=data.get("deleted", False),
        )

    def to_json(self) -> Json:
        return {
            "id": self.id.hex(),
            "tenant_id": self.tenant_id,
            "name": self.name,
            "partition_count": self.partition_count,
            "configs": dict(self.configs),
            "internal": self.internal,
            "deleted": self.deleted,
        }


@dataclass(frozen=True, slots=True)
class PartitionRecord:
    topic_id: TopicId
    index: PartitionIndex
    replicas: tuple[BrokerId, ...]
    isr: tuple[BrokerId, ...]
    leader: BrokerId | None
    leader_epoch: LeaderEpoch
    partition_epoch: PartitionEpoch
    eligible_leaders: tuple[BrokerId, ...] = ()
    """Not in sync, but they hold everything that is committed (KIP-966)."""
    adding: tuple[BrokerId, ...] = ()
    removing: tuple[BrokerId, ...] = ()
    """While replicas are being reassigned: the new and the old among ``replicas`` (KIP-455)."""

    @classmethod
    def from_json(cls, data: Json) -> "PartitionRecord":
        leader = data["leader"]
        return cls(
            topic_id=TopicId(bytes.fromhex(data["topic_id"])),
            index=PartitionIndex(data["index"]),
            replicas=tuple(BrokerId(b) for b in data["replicas"]),
            isr=tuple(BrokerId(b) for b in data["isr"]),
            leader=None if leader is None else BrokerId(leader),
            leader_epoch=LeaderEpoch(data["leader_epoch"]),
            partition_epoch=PartitionEpoch(data["partition_epoch"]),
            eligible_leaders=tuple(BrokerId(b) for b in data.get("eligible_leaders", [])),
            adding=tuple(BrokerId(b) for b in data.get("adding", [])),
            removing=tuple(BrokerId(b) for b in data.get("removing", [])),
        )

    def to_json(self) -> Json:
        return {
            "topic_id": self.topic_id.hex(),
            "index": self.index,
            "replicas": list(self.replicas),
            "isr": list(self.isr),
            "leader": self.leader,
            "leader_epoch": self.leader_epoch,
            "partition_epoch": self.partition_epoch,
            "eligible_leaders": list(self.eligible_leaders),
            "adding": list(self.adding),
            "removing": list(self.removing),
        }


@dataclass(frozen=True, slots=True)
class BrokerRecord:
    id: BrokerId
    incarnation: Incarnation
    host: str
    port: int
    internal_host: str
    internal_port: int
    volume_id: str
    rack: str | None = None
    fenced: bool = False
    """Fenced: not known to be alive. Not offered to clients, not given new partitions."""
    draining: bool = False
    """An operator wants it empty: it is given no new replicas, and its own move elsewhere."""
    lacks_room: bool = False
    """Its disk is full or nearly so: others lead where they can."""
    copy_bytes_per_second: int | None = None
    """Of replicas that a reassignment adds, while they are not in sync; None for no limit."""

    @classmethod
    def from_json(cls, data: Json) -> "BrokerRecord":
        return cls(
            id=BrokerId(data["id"]),
            incarnation=Incarnation(data["incarnation"]),
            host=data["host"],
            port=data["port"],
            internal_host=data["internal_host"],
            internal_port=data["internal_port"],
            volume_id=data["volume_id"],
            rack=data.get("rack"),
            fenced=data.get("fenced", False),
            draining=data.get("draining", False),
            lacks_room=data.get("lacks_room", False),
            copy_bytes_per_second=data.get("copy_bytes_per_second"),
        )

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "incarnation": self.incarnation,
            "host": self.host,
            "port": self.port,
            "internal_host": self.internal_host,
            "internal_port": self.internal_port,
            "volume_id": self.volume_id,
            "rack": self.rack,
            "fenced": self.fenced,
            "draining": self.draining,
            "lacks_room": self.lacks_room,
            "copy_bytes_per_second": self.copy_bytes_per_second,
        }
