"""What a broker counts: bytes, records, requests and errors, per tenant, topic and partition.

Counters only ever rise; rates are for whoever reads them. A partition holds its own counter, so
that counting on the hot path is an addition and no lookup.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from brokers.kernel.ids import PartitionIndex, Principal, TenantId, TopicId, TopicName
from brokers.metering.recent_maximum import RecentMaximum

PRINCIPALS_PER_TENANT_MAX: Final = 1_000
"""Counted apart; service accounts and people come and go, and their counters stay."""


@dataclass(slots=True)
class PartitionCounter:
    """What was appended to one partition by producers and read from it by consumers, on this broker
    as its leader; copies are not counted. It stays when the partition leaves, and may come back.

    Bytes are those of record batches, headers included.
    """

    topic: "TopicCounter"
    bytes_in: int = 0
    bytes_out: int = 0
    records_in: int = 0
    records_out: int = 0
    requests: int = 0
    """Produce and fetch requests that named this partition before any other of its topic's that
    is here, so that the sum over partitions is the topic's."""


@dataclass(slots=True)
class TopicCounter:
    """One tenant's topic on this broker: its partitions together."""

    tenant_id: TenantId
    topic: TopicName
    partitions: list[PartitionCounter] = field(default_factory=list)
    errors: dict[int, int] = field(default_factory=dict)
    """By Kafka error code, of requests that named a partition which is here."""

    @property
    def bytes_in(self) -> int:
        return sum(each.bytes_in for each in self.partitions)

    @property
    def bytes_out(self) -> int:
        return sum(each.bytes_out for each in self.partitions)

    @property
    def records_in(self) -> int:
        return sum(each.records_in for each in self.partitions)

    @property
    def records_out(self) -> int:
        return sum(each.records_out for each in self.partitions)

    @property
    def requests(self) -> int:
        return sum(each.requests for each in self.partitions)


@dataclass(slots=True)
class PrincipalCounter:
    """What one principal of a tenant did on this broker: its requests, and what it produced and
    consumed. Its connections hold it, so that counting is an addition and no lookup."""

    requests: int = 0
    records_in: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    largest_batch: int = 0
    """Bytes of the largest that it produced since ``TenantCounter.recent_batch`` last asked."""


@dataclass(slots=True)
class TenantCounter:
    """One tenant on this broker, whatever the topic."""

    tenant_id: TenantId
    connections: int = 0
    logins: int = 0
    mutes: int = 0
    """Times that a connection was muted, for having used up a quota."""
    principals: dict[str, PrincipalCounter] = field(default_factory=dict)
    requests: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By API key."""
    errors: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By Kafka error code, of all requests."""
    _batches: RecentMaximum = field(default_factory=RecentMaximum)

    def recent_batch(self, now_ms: int) -> int:
        """Bytes of the largest batch that was produced of late (``RecentMaximum``); ``now_ms`` is
        monotonic."""
        for principal in self.principals.values():
            self._batches.note(principal.largest_batch, now_ms)
            principal.largest_batch = 0
        return self._batches.value(now_ms)

    def principal(self, principal: Principal) -> PrincipalCounter:
        """The counter of that principal, made at its first use. One beyond
        ``PRINCIPALS_PER_TENANT_MAX`` shares the one that has no name."""
        counter = self.principals.get(principal)
        if counter is None:
            full = len(self.principals) >= PRINCIPALS_PER_TENANT_MAX
            counter = self.principals.setdefault("" if full else principal, PrincipalCounter())
        return counter


@dataclass(slots=True)
class Metrics:
    """All counters of one broker."""

    topics: dict[tuple[TenantId, TopicName], TopicCounter] = field(default_factory=dict)
    partitions: dict[tuple[TopicId, PartitionIndex], PartitionCounter] = field(default_factory=dict)
    tenants: dict[TenantId, TenantCounter] = field(default_factory=dict)
    network_in: int = 0
    network_out: int = 0
    """Bytes on the listeners' connections, other brokers' included, before TLS."""
    connections: int = 0
    connections_refused: int = 0
    authentication_failures: int = 0
    protocol_errors: int = 0
    compactions: int = 0
    compacted_bytes: int = 0
    """What they made the logs smaller by."""
    scrubbed_bytes: int = 0
    damaged_batches: int = 0

    def topic(self, tenant_id: TenantId, name: TopicName) -> TopicCounter:
        """The counter of that topic, made at its first use."""
        key = (tenant_id, name)
        counter = self.topics.get(key)
        if counter is None:
            counter = self.topics[key] = TopicCounter(tenant_id, name)
        return counter

    def partition(
        self, tenant_id: TenantId, name: TopicName, topic_id: TopicId, index: PartitionIndex
    ) -> PartitionCounter:
        """The counter of that partition, made at its first use."""
        key = (topic_id, index)
        counter = self.partitions.get(key)
        if counter is None:
            topic = self.topic(tenant_id, name)
            counter = self.partitions[key] = PartitionCounter(topic)
            topic.partitions.append(counter)
        return counter

    @property
    def requests(self) -> int:
        """Requests of all tenants so far."""
        return sum(sum(counter.requests.values()) for counter in self.tenants.values())

    def tenant(self, tenant_id: TenantId) -> TenantCounter:
        """The counter of that tenant, made at its first use."""
        counter = self.tenants.get(tenant_id)
        if counter is None:
            counter = self.tenants[tenant_id] = TenantCounter(tenant_id)
        return counter

    def failed(
        self, tenant_id: TenantId, code: int, partition: PartitionCounter | None = None
    ) -> None:
        """Count one error answered, at the partition's topic too if that is known."""
        self.tenant(tenant_id).errors[code] += 1
        if partition is not None:
            errors = partition.topic.errors
            errors[code] = errors.get(code, 0) + 1
