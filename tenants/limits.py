"""What a tenant may use: the limits there are, and what each plan gives. Pure.

Every limit is a whole number above zero, so that all of them are finite. Rates and counts are of
the whole tenant, over all brokers and web processes, but for the share of a broker's time, which is
of each broker. Who enforces what is in ``brokers/quotas/`` and at the edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tenants.errors import Invalid

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

VALUE_MAX: Final = 2**53 - 1
"""JSON numbers are exact up to here, whoever reads them."""


@dataclass(frozen=True, slots=True)
class LimitKind:
    """``unit`` and ``meaning`` are for people to read."""

    name: str
    unit: str
    meaning: str


KINDS: Final = (
    LimitKind("produce_bytes_per_s", "bytes/s", "record batches produced"),
    LimitKind("fetch_bytes_per_s", "bytes/s", "record batches consumed"),
    LimitKind("request_time_percent", "%", "of each broker's time, spent on requests"),
    LimitKind("connections", "connections", "Kafka connections open at a time"),
    LimitKind("connections_per_s", "connections/s", "new Kafka connections"),
    LimitKind("partitions", "partitions", "partitions of all topics, not counting replicas"),
    LimitKind("partition_mutations_per_s", "partitions/s", "partitions created and deleted"),
    LimitKind("storage_bytes", "bytes", "stored, one replica of each partition"),
    LimitKind("message_bytes", "bytes", "the largest record batch"),
    LimitKind("groups", "groups", "consumer groups"),
    LimitKind("websockets", "sockets", "websockets open at a time"),
    LimitKind("rest_requests_per_s", "requests/s", "REST requests"),
    LimitKind("topics", "topics", "topics"),
    LimitKind("api_keys", "keys", "API keys that are not revoked"),
    LimitKind("service_accounts", "accounts", "service accounts"),
    LimitKind("acls", "ACLs", "access rules"),
    LimitKind("connectors", "connectors", "connectors"),
    LimitKind("connector_tasks", "tasks", "tasks of all connectors, each a process of its own"),
)
NAMES: Final = tuple(kind.name for kind in KINDS)
HELD: Final = frozenset(
    kind.name for kind in KINDS if not kind.unit.endswith("/s") and kind.unit != "%"
)
"""Limits of what a tenant has, and not of how fast it may be."""

STANDARD: Final = "standard"
"""A new tenant's plan."""

_STANDARD: Final = {
    "produce_bytes_per_s": 100 * MIB,
    "fetch_bytes_per_s": 300 * MIB,
    "request_time_percent": 80,
    "connections": 1_000,
    "connections_per_s": 100,
    "partitions": 2_000,
    "partition_mutations_per_s": 50,
    "storage_bytes": 1024 * GIB,
    "message_bytes": 8 * MIB,
    "groups": 1_000,
    "websockets": 1_000,
    "rest_requests_per_s": 1_000,
    "topics": 1_000,
    "api_keys": 200,
    "service_accounts": 200,
    "acls": 2_000,
    "connectors": 20,
    "connector_tasks": 40,
}
PLANS: Final[Mapping[str, Mapping[str, int]]] = {
    "small": {
        "produce_bytes_per_s": 2 * MIB,
        "fetch_bytes_per_s": 6 * MIB,
        "request_time_percent": 10,
        "connections": 100,
        "connections_per_s": 10,
        "partitions": 100,
        "partition_mutations_per_s": 5,
        "storage_bytes": 5 * GIB,
        "message_bytes": 1 * MIB + 12,
        "groups": 50,
        "websockets": 50,
        "rest_requests_per_s": 50,
        "topics": 50,
        "api_keys": 20,
        "service_accounts": 20,
        "acls": 200,
        "connectors": 3,
        "connector_tasks": 4,
    },
    STANDARD: _STANDARD,
    "large": {
        **_STANDARD,
        "produce_bytes_per_s": 1024 * MIB,
        "fetch_bytes_per_s": 3 * 1024 * MIB,
        "request_time_percent": 100,
        "connections": 10_000,
        "connections_per_s": 1_000,
        "partitions": 20_000,
        "partition_mutations_per_s": 500,
        "storage_bytes": 16 * 1024 * GIB,
        "groups": 10_000,
        "websockets": 10_000,
        "rest_requests_per_s": 10_000,
        "topics": 10_000,
        "api_keys": 2_000,
        "service_accounts": 2_000,
        "acls": 20_000,
        "connectors": 200,
        "connector_tasks": 400,
    },
}
"""What there is from the start; a row of ``Plan`` changes one of them, or adds another, which has
the standard plan's limits where it says nothing."""


def check_limit(name: str, value: int) -> None:
    """Raises ``Invalid`` unless there is such a limit and it can have this value."""
    if name not in NAMES:
        raise Invalid(f"there is no limit {name!r}; choose one of {', '.join(NAMES)}", name=name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= VALUE_MAX:
        raise Invalid(f"{name} is {value}; it must be a whole number from 1 to {VALUE_MAX}")


def limits_of_plan(name: str, changed: Mapping[str, int]) -> dict[str, int]:
    """A plan's limits, all of them; ``changed`` is what its row says, in place of the plan's."""
    return {**PLANS.get(name, _STANDARD), **changed}
