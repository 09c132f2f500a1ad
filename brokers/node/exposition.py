"""The counters as Prometheus text."""

from collections.abc import Iterator

from brokers.kernel.prometheus import Sample, family
from brokers.node.metrics import Metrics
from brokers.wire.registry import ApiKey

_TOPIC_COUNTERS = (
    ("bytes_in", "bytes_in", "Bytes of record batches appended"),
    ("bytes_out", "bytes_out", "Bytes of record batches returned to fetches"),
    ("records_in", "records_in", "Records appended"),
    ("records_out", "records_out", "Records returned to fetches, by their offsets"),
    ("topic_requests", "requests", "Produce and fetch requests, once for each topic they name"),
)


def exposition(metrics: Metrics, broker_id: int, gauges: dict[str, tuple[str, int]]) -> str:
    """All counters, and ``gauges`` as name to (what it is, value). Names begin with
    ``headwater_``."""
    lines: list[str] = []
    for name, counted, what in _TOPIC_COUNTERS:
        samples: list[Sample] = [
            ({"tenant": counter.tenant_id, "topic": counter.topic}, getattr(counter, counted))
            for counter in metrics.topics.values()
        ]
        lines += family(f"headwater_{name}_total", "counter", what, samples)
    lines += family("headwater_requests_total", "counter", "Requests by API", _requests(metrics))
    lines += family(
        "headwater_errors_total", "counter", "Errors answered, by Kafka error code",
        _errors(metrics),
    )  # fmt: skip
    lines += family(
        "headwater_tenant_connections", "gauge", "Connections that are logged in",
        (({"tenant": c.tenant_id}, c.connections) for c in metrics.tenants.values()),
    )  # fmt: skip
    lines += family(
        "headwater_mutes_total", "counter", "Times that a connection was muted for a quota",
        (({"tenant": c.tenant_id}, c.mutes) for c in metrics.tenants.values()),
    )  # fmt: skip
    for name, what in (
        ("network_in", "Bytes received on the listeners"),
        ("network_out", "Bytes sent on the listeners"),
        ("connections_refused", "Connections refused for being too many"),
        ("authentication_failures", "Logins refused"),
        ("protocol_errors", "Connections closed because the peer broke the protocol"),
        ("compactions", "Compactions that were swapped in"),
        ("compacted_bytes", "Bytes by which compaction made logs smaller"),
        ("scrubbed_bytes", "Bytes of closed segments that were read again and found whole"),
        ("damaged_batches", "Batches on the disk that are not what was written"),
    ):
        lines += family(f"headwater_{name}_total", "counter", what, [({}, getattr(metrics, name))])
    lines += family(
        "headwater_connections", "gauge", "Connections open", [({}, metrics.connections)]
    )
    for name, (what, value) in gauges.items():
        lines += family(name, "gauge", what, [({}, value)])
    lines += family(
        "headwater_broker_info", "gauge", "Which broker this is", [({"broker": str(broker_id)}, 1)]
    )
    return "\n".join(lines) + "\n"


def _requests(metrics: Metrics) -> Iterator[Sample]:
    for counter in metrics.tenants.values():
        for api_key, count in counter.requests.items():
            yield {"tenant": counter.tenant_id, "api": ApiKey(api_key).name.lower()}, count


def _errors(metrics: Metrics) -> Iterator[Sample]:
    for counter in metrics.tenants.values():
        for code, count in counter.errors.items():
            yield {"tenant": counter.tenant_id, "code": str(code)}, count
