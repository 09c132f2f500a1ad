"""A tenant's topics with what they hold and how busy they are, quick with ten thousand of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from brokers.metadata.topic_configs import value_of
from brokers.selectors.figures_ticks import newest_tick
from tenants import scope

_DEFAULT_CLEANUP: Final = value_of("cleanup.policy", {})
_DEFAULT_MS: Final = int(value_of("retention.ms", {}))
_DEFAULT_BYTES: Final = int(value_of("retention.bytes", {}))

# Sums that a roll-up has made; a topic that is too new for that has its partitions looked at.
_ROWS: Final = """
SELECT topic.name, topic.partition_count,
    coalesce(known.replication_factor, fresh.replication_factor, 0),
    topic.internal, topic.created_at,
    topic.configs->>'cleanup.policy', topic.configs->>'retention.ms',
    topic.configs->>'retention.bytes',
    coalesce(known.stored_records, 0), coalesce(known.stored_bytes, 0),
    CASE WHEN known.at = %(tick)s THEN known.records_in_added ELSE 0 END,
    CASE WHEN known.at = %(tick)s THEN known.bytes_in_added ELSE 0 END,
    CASE WHEN known.at = %(tick)s THEN known.bytes_out_added ELSE 0 END,
    coalesce(known.under_replicated, 0), coalesce(known.offline, fresh.offline, 0)
FROM brokers_topic AS topic
LEFT JOIN brokers_topicfigures AS known
    ON known.topic_id = topic.id AND known.tenant_id = topic.tenant_id
LEFT JOIN LATERAL (
    SELECT max(cardinality(replicas) - cardinality(adding)) AS replication_factor,
        count(*) FILTER (WHERE leader IS NULL) AS offline
    FROM brokers_partition AS partition
    WHERE partition.topic_id = topic.id AND known.topic_id IS NULL
) AS fresh ON known.topic_id IS NULL
WHERE topic.tenant_id = %(tenant)s AND topic.deleted_at IS NULL
ORDER BY topic.name
"""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """``records`` and ``bytes`` are of one replica of each partition. Rates are per second, over
    the time between the two newest ticks; None while there are not two."""

    name: str
    partitions: int
    replication_factor: int
    internal: bool
    created_at: datetime
    cleanup_policy: str
    retention_ms: int
    retention_bytes: int
    records: int
    bytes: int
    records_in_per_s: float | None
    bytes_in_per_s: float | None
    bytes_out_per_s: float | None
    under_replicated: int
    offline: int


@dataclass(frozen=True, slots=True)
class TopicList:
    """By name. ``as_of`` is when figures were last rolled up, health included; None when never."""

    as_of: datetime | None
    topics: list[TopicRow]


def topic_list(tenant_id: UUID | str) -> TopicList:
    """The tenant's live topics."""
    tick = newest_tick()
    told = {"tenant": str(tenant_id), "tick": tick.at}
    with scope.tenant(tenant_id), connection.cursor() as cursor:
        cursor.execute(_ROWS, told)
        return TopicList(tick.at, [_row(found, tick.seconds) for found in cursor])


def _row(found: tuple[Any, ...], seconds: float | None) -> TopicRow:
    name, partitions, factor, internal, created_at, *rest = found
    cleanup, retention_ms, retention_bytes, records, size, *added, lacking, offline = rest
    records_in, bytes_in, bytes_out = (
        None if seconds is None else each / seconds for each in added
    )
    return TopicRow(
        name, partitions, factor, internal, created_at, cleanup or _DEFAULT_CLEANUP,
        _DEFAULT_MS if retention_ms is None else int(retention_ms),
        _DEFAULT_BYTES if retention_bytes is None else int(retention_bytes),
        int(records), int(size), records_in, bytes_in, bytes_out, lacking, offline,
    )  # fmt: skip
