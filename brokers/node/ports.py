"""What a node needs of the outside: metadata to read, and verbs to ask for.

Implemented over Django by ``brokers/adapters``, and by plain objects in tests and simulation. Every
call may fail with ``MetadataUnavailable`` while PostgreSQL is away; serving records never waits for
one of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from brokers.authorization.acl import AclBinding, AclFilter
from brokers.kernel.errors import ErrorCode, HeadwaterError, Refusal
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
from brokers.metadata.lags import ReplicaLag
from brokers.metadata.records import Change, PartitionRecord, ScramVerifier, Snapshot, TopicRecord
from brokers.metadata.recovery import NOTHING_SEEN, Seen
from brokers.metering.refusal_tally import Refusals
from brokers.quotas.client_use import ClientUse


class MetadataUnavailable(HeadwaterError):
    """PostgreSQL did not answer; retriable, and nothing is known about the outcome."""


class ChangeSource(Protocol):
    """Numbered changes, in order, as PostgreSQL has them now."""

    async def changes_after(self, number: ChangeNumber, limit: int) -> Sequence[Change]:
        """Changes above ``number`` in number order, ``limit`` at most; empty when there are
        none."""
        ...


class MetadataSource(ChangeSource, Protocol):
    """PostgreSQL itself."""

    async def snapshot(self) -> Snapshot: ...

    async def wait_for_hint(self, timeout_s: float) -> None:
        """Return when a change was announced (LISTEN/NOTIFY) or after the timeout; hints may
        lie."""
        ...

    async def close(self) -> None:
        """Give connections back, on the loop that they belong to; nothing is asked afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """In whose name a verb is asked for; the audit entry names it."""

    tenant_id: TenantId
    principal: Principal
    administrator: bool
    client_id: str = ""
    """The name that a Kafka client gives itself; quotas may be for it."""


@dataclass(frozen=True, slots=True)
class BrokerRegistration:
    id: BrokerId
    host: str
    port: int
    internal_host: str
    internal_port: int
    volume_id: str
    volume_path: str
    rack: str | None
    clean_incarnation: Incarnation | None
    """The incarnation in the clean-shutdown marker; None when there was no marker."""
    seen: Seen = NOTHING_SEEN
    """What the volume remembers of the control plane."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a heartbeat learns. ``alive`` False: a later incarnation has registered, or the broker
    was removed or forgotten. ``generation`` counts the recoveries of the metadata so far.
    ``reported``: in the halt that goes on, what this incarnation remembers is known already."""

    alive: bool
    halted: bool = False
    generation: int = 0
    reported: bool = False


@dataclass(frozen=True, slots=True)
class ReplicaReport:
    """What a broker remembers, for the metadata to be rebuilt from.

    ``is_clean`` False: its process before crashed. The records are the latest that it acted on.
    """

    registration: BrokerRegistration
    incarnation: Incarnation
    is_clean: bool
    partitions: tuple[PartitionRecord, ...]
    topics: tuple[TopicRecord, ...]


@dataclass(frozen=True, slots=True)
class NewTopic:
    """``partition_count`` and ``replication_factor`` -1 ask for the tenant's defaults."""

    name: TopicName
    partition_count: int = -1
    replication_factor: int = -1
    assignments: dict[int, tuple[BrokerId, ...]] = field(default_factory=dict)
    configs: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicCreated:
    name: TopicName
    topic_id: TopicId
    partition_count: int
    replication_factor: int
    configs: dict[str, str]


@dataclass(frozen=True, slots=True)
class ConfigOperation:
    """One step of IncrementalAlterConfigs: SET 0, DELETE 1, APPEND 2, SUBTRACT 3 (KIP-339)."""

    name: str
    operation: int
    value: str | None


@dataclass(frozen=True, slots=True)
class IsrChange:
    """What a leader proposes for one partition, to be set if epochs are still these.

    Members carry the incarnation that the leader saw in their fetches (KIP-903); the leader's own
    is its registered one.
    """

    topic_id: TopicId
    index: PartitionIndex
    leader_epoch: LeaderEpoch
    partition_epoch: PartitionEpoch
    isr: tuple[tuple[BrokerId, Incarnation], ...]


@dataclass(frozen=True, slots=True)
class PartitionNumber:
    """One partition by ids that need no tenant."""

    topic_id: TopicId
    index: PartitionIndex


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A replica that its broker gives up, if the partition's epochs are still these: at them it saw
    that others have everything."""

    topic_id: TopicId
    index: PartitionIndex
    leader_epoch: LeaderEpoch
    partition_epoch: PartitionEpoch


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round of the controller changed: counts of partitions."""

    elected: int = 0
    moved_to_preferred: int = 0
    reassigned: int = 0
    handed_over: int = 0
    """To a leader whose disk has room."""
    drain_moves: int = 0
    """Begun, off draining brokers."""
    widened: int = 0
    """Copies begun for coordinators' topics that had one replica only."""


@dataclass(frozen=True, slots=True)
class PartitionAssignment:
    """``replicas`` None cancels a reassignment that is under way."""

    topic_name: TopicName
    index: PartitionIndex
    replicas: tuple[BrokerId, ...] | None


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing of several that was not done, beside others that were."""

    code: ErrorCode
    message: str
    wait_ms: int = 0
    """Before asking again, where that is known."""
    quota: str = ""
    """The limit or client quota that is used up, as ``Refusal`` has it."""

    @classmethod
    def by(cls, refusal: Refusal) -> "Refused":
        """With all that ``refusal`` says."""
        return cls(refusal.code, refusal.message, refusal.wait_ms, refusal.quota)


@dataclass(frozen=True, slots=True)
class Report:
    """What a broker says of itself with each heartbeat."""

    lacks_room: bool = False
    """Its disk is full or nearly so."""
    lags: tuple[ReplicaLag, ...] = ()
    """Followers of what it leads that do not keep up."""


NOTHING_TO_REPORT: Final = Report()


@dataclass(frozen=True, slots=True)
class TransactionPart:
    """A producer's transaction, and partitions to which it is about to write its first records."""

    tenant_id: TenantId
    transactional_id: str
    """The tenant's own name for it."""
    producer_id: ProducerId
    producer_epoch: int
    partitions: tuple[PartitionNumber, ...]


@dataclass(frozen=True, slots=True)
class ScramAlteration:
    """Of one SCRAM user; None removes what is kept for the mechanism (``"sha256"``, …)."""

    name: str
    verifiers: Mapping[str, ScramVerifier | None]


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key was used over a connection from ``address``; wall clock, milliseconds."""

    key_id: str
    at_ms: int
    address: str


class TransactionVerifier(Protocol):
    """The transaction coordinator, seen from the leaders of partitions (KIP-890).

    Both answer with one code per partition, in order: NONE when the partition is part of the
    producer's open transaction; else what AddPartitionsToTxn says of it, or a retriable code of the
    coordinator when it did not answer. They never raise, and end within seconds.
    """

    async def verify(self, part: TransactionPart) -> Sequence[ErrorCode]:
        """Whether the partitions have been added to the transaction."""
        ...

    async def add(self, part: TransactionPart) -> Sequence[ErrorCode]:
        """Add them, if the transaction may have them."""
        ...


class ReplicaReading(NamedTuple):
    """One replica, by its broker's counters and its log. Counters are of this incarnation, and rise
    only where the broker leads; sizes are of the replica. A tuple, for there may be 100,000."""

    topic_id: TopicId
    partition: PartitionIndex
    records_in: int
    bytes_in: int
    bytes_out: int
    log_start_offset: int
    high_watermark: int
    stored_bytes: int
    requests: int = 0
    """Of its topic, as in ``PartitionCounter``."""


class PrincipalReading(NamedTuple):
    """What one principal did on a broker in this incarnation; counters."""

    tenant_id: TenantId
    principal: str
    """Empty: those beyond the number that is counted apart."""
    records_in: int
    bytes_in: int
    bytes_out: int
    requests: int


class UseReading(NamedTuple):
    """What one tenant holds of a broker, and what it took of its time in this incarnation, in which
    so many of its connections have logged in. ``largest_batch`` is of late, in bytes; ``clients``
    what its clients use now of their own quotas."""

    tenant_id: TenantId
    connections: int
    groups: int
    busy_ms: int
    logins: int = 0
    largest_batch: int = 0
    clients: tuple[ClientUse, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokerReading:
    """One broker: counters of this incarnation, and how it is now. ``disk_bytes`` and
    ``disk_free_bytes`` are None where the disk does not tell."""

    disk_bytes: int | None
    disk_free_bytes: int | None
    leaders: int
    replicas: int
    stored_bytes: int
    bytes_in: int
    bytes_out: int
    network_in: int
    network_out: int
    requests: int


@dataclass(frozen=True, slots=True)
class Readings:
    """One publication of a broker's."""

    broker: BrokerReading
    replicas: Sequence[ReplicaReading] = ()
    principals: Sequence[PrincipalReading] = ()
    uses: Sequence[UseReading] = ()


class FiguresStore(Protocol):
    """Where brokers' figures go, for people to look at. Nothing is decided by them but whether a
    tenant may store more.

    Each verb ends within seconds and raises ``MetadataUnavailable``; what was not taken is made up
    for by the next reading, for counters only rise.
    """

    async def publish(
        self, broker_id: BrokerId, incarnation: Incarnation, readings: Readings
    ) -> None:
        """What changed since it was last taken, and the broker itself."""
        ...

    async def roll_up(self) -> None:
        """Make the next point of every series and of the tenants' usage out of what all brokers
        published, if nobody has yet."""
        ...

    async def stored_bytes(self) -> dict[TenantId, int]:
        """What each tenant stores, one replica of each partition, as of the newest roll-up."""
        ...


class RefusalLog(Protocol):
    """The audit log, for what brokers did not allow, and for what they did without a verb of the
    control plane."""

    async def record(self, refusals: Sequence[Refusals]) -> None:
        """Ends within seconds; raises ``MetadataUnavailable``, and then some may be there."""
        ...

    async def record_deeds(self, deeds: Sequence[Refusals]) -> None:
        """As ``record``, of what was done."""
        ...


class ControlPlane(Protocol):
    """The write verbs. Each raises ``Refusal`` with Kafka's code when it will not."""

    async def register_broker(self, registration: BrokerRegistration) -> Incarnation:
        """Start an incarnation: the broker is unfenced and the epochs of what it leads have
        risen."""
        ...

    async def heartbeat(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        report: Report = NOTHING_TO_REPORT,
        seen: Seen = NOTHING_SEEN,
    ) -> Standing:
        """Say that this incarnation lives, how it is, and how far it has seen: where that is
        farther than the metadata store goes, the cell is halted."""
        ...

    async def halt(self, broker_id: BrokerId, generation: int, reason: str) -> None:
        """The metadata of that generation contradicts what this broker has seen: elections,
        changes of in-sync sets and administration end until it is rebuilt."""
        ...

    async def report_replicas(self, report: ReplicaReport) -> None:
        """While the cell is halted: what to rebuild from."""
        ...

    async def stop_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> None:
        """A clean stop: fence this incarnation, and have others lead what it led, at once."""
        ...

    async def alter_isrs(
        self, broker_id: BrokerId, incarnation: Incarnation, changes: Sequence[IsrChange]
    ) -> list[PartitionRecord | Refused]:
        """Set in-sync replicas, one compare-and-set each; the record afterwards.

        Refused: FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION, INELIGIBLE_REPLICA,
        UNKNOWN_TOPIC_ID.
        """
        ...

    async def give_up_replicas(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        replicas: Sequence[GivenUp],
    ) -> list[Refused | None]:
        """This broker may lack what was committed in these: it is neither in sync nor eligible.

        One compare-and-set each. Refused: FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION; look
        whether others have everything still. UNKNOWN_TOPIC_ID.
        """
        ...

    async def mend_partitions(self, *, rebalance: bool) -> Upkeep:
        """Elect where there is no leader and may be one, have others lead what is led on a full
        disk, finish reassignments, move replicas off draining brokers; with ``rebalance`` give
        leadership back to preferred leaders."""
        ...

    async def broker_heartbeats(self) -> dict[BrokerId, tuple[Incarnation, int]]:
        """Per unfenced broker its incarnation and a counter that rises with each heartbeat."""
        ...

    async def fence_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> bool:
        """Fence, if that incarnation is still the registered one, and have others lead what it
        led."""
        ...

    async def reserve_producer_ids(self, count: int) -> ProducerId:
        """The first of ``count`` producer ids that nobody else will ever get."""
        ...

    async def ensure_coordinator_topic(self, name: TopicName) -> None:
        """The internal topic of coordinators of that name exists afterwards. Refused:
        COORDINATOR_NOT_AVAILABLE."""
        ...

    async def create_topics(
        self, actor: Actor, topics: Sequence[NewTopic], validate_only: bool
    ) -> list[TopicCreated | Refused]: ...

    async def delete_topics(
        self, actor: Actor, topic_ids: Sequence[TopicId]
    ) -> list[Refused | None]: ...

    async def create_partitions(
        self,
        actor: Actor,
        name: TopicName,
        count: int,
        validate_only: bool,
        assignments: Sequence[Sequence[BrokerId]] | None = None,
    ) -> None:
        """``assignments`` places the new partitions by hand, one list of brokers each."""
        ...

    async def alter_topic_configs(
        self,
        actor: Actor,
        name: TopicName,
        operations: Sequence[ConfigOperation],
        validate_only: bool,
    ) -> None: ...

    async def replace_topic_configs(
        self,
        actor: Actor,
        name: TopicName,
        configs: Mapping[str, str | None],
        validate_only: bool,
    ) -> None:
        """AlterConfigs: what is not named goes back to its default."""
        ...

    async def alter_client_quotas(
        self,
        actor: Actor,
        entity: Mapping[str, str | None],
        values: Mapping[str, float | None],
        validate_only: bool,
    ) -> None:
        """AlterClientQuotas: of one entity, a name of None being the default's; a value of None
        removes one. Raises ``Refusal`` INVALID_REQUEST."""
        ...

    async def elect_leaders(
        self,
        actor: Actor,
        partitions: Sequence[tuple[TopicName, PartitionIndex]] | None,
    ) -> list[tuple[TopicName, PartitionIndex, Refused | None]]:
        """Have the preferred leaders lead (ElectLeaders type 0); None for all of the tenant's that
        are not led so, of which only those that were moved or refused come back."""
        ...

    async def reassign_partitions(
        self, actor: Actor, assignments: Sequence[PartitionAssignment]
    ) -> list[Refused | None]:
        """Begin or cancel reassignments (KIP-455), in the order asked."""
        ...

    async def note_key_uses(self, uses: Sequence[KeyUse]) -> None:
        """For people to look at; SCRAM users and keys that are gone are left out."""
        ...

    async def alter_scram_users(
        self, actor: Actor, alterations: Sequence[ScramAlteration]
    ) -> list[Refused | None]:
        """Set and remove passwords of the tenant's users (KIP-554), each user's wholly or not.

        Refused: RESOURCE_NOT_FOUND, UNACCEPTABLE_CREDENTIAL, POLICY_VIOLATION.
        """
        ...

    async def create_acls(
        self, actor: Actor, bindings: Sequence[AclBinding]
    ) -> list[Refused | None]:
        """Make them, those that are there already too, in the order asked. Refused:
        INVALID_REQUEST, POLICY_VIOLATION."""
        ...

    async def delete_acls(
        self, actor: Actor, filters: Sequence[AclFilter]
    ) -> list[list[AclBinding]]:
        """End what each filter matches; what that was."""
        ...
