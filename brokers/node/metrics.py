"""What a broker counts: bytes, records, requests and errors, per tenant and topic.

Counters only ever rise; rates are for whoever reads them. A partition holds its topic's counter, so
that counting on the hot path is an addition and no lookup.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from brokers.kernel.ids import TenantId, TopicName


@dataclass(slots=True)
class TopicCounter:
    """One tenant's topic on this broker. Bytes are those of record batches, headers included."""

    tenant_id: TenantId
    topic: TopicName
    bytes_in: int = 0
    bytes_out: int = 0
    records_in: int = 0
    records_out: int = 0
    errors: dict[int, int] = field(default_factory=dict)
    """By Kafka error code, of requests that named a partition which is here."""


@dataclass(slots=True)
class TenantCounter:
    """One tenant on this broker, whatever the topic."""

    tenant_id: TenantId
    connections: int = 0
    requests: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By API key."""
    errors: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By Kafka error code, of all requests."""


@dataclass(slots=True)
class Metrics:
    """All counters of one broker."""

    topics: dict[tuple[TenantId, TopicName], TopicCounter] = field(default_factory=dict)
    tenants: dict[TenantId, TenantCounter] = field(default_factory=dict)
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

    def tenant(self, tenant_id: TenantId) -> TenantCounter:
        """The counter of that tenant, made at its first use."""
        counter = self.tenants.get(tenant_id)
        if counter is None:
            counter = self.tenants[tenant_id] = TenantCounter(tenant_id)
        return counter

    def failed(self, tenant_id: TenantId, code: int, topic: TopicCounter | None = None) -> None:
        """Count one error answered, at its topic too if that is known."""
        self.tenant(tenant_id).errors[code] += 1
        if topic is not None:
            topic.errors[code] = topic.errors.get(code, 0) + 1
