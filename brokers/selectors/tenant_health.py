"""How a tenant's partitions are now, and how much comes and goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from brokers.models import Broker, TenantFigures
from brokers.selectors.figures_ticks import Tick, newest_tick
from brokers.selectors.under_replication import IS_UNDER_REPLICATED
from tenants import scope

_PARTITIONS: Final = f"""
SELECT (SELECT count(*) FROM brokers_topic WHERE tenant_id = %(tenant)s AND deleted_at IS NULL),
    count(*),
    count(*) FILTER (WHERE {IS_UNDER_REPLICATED}),
    count(*) FILTER (WHERE leader IS NULL)
FROM brokers_partition
WHERE tenant_id = %(tenant)s
    AND topic_id NOT IN (SELECT id FROM brokers_topic WHERE deleted_at IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class TenantHealth:
    """``brokers_down`` is of the cell. Rates are per second; None while they are not known."""

    topics: int
    partitions: int
    under_replicated: int
    offline: int
    brokers_down: int
    bytes_stored: int
    records_in_per_s: float | None
    bytes_in_per_s: float | None
    bytes_out_per_s: float | None

    @property
    def state(self) -> str:
        """``down`` while any partition has no leader, ``degraded`` while copies are missing."""
        if self.offline:
            return "down"
        return "degraded" if self.under_replicated else "good"


def tenant_health(tenant_id: UUID | str) -> TenantHealth:
    tick = newest_tick()
    down = Broker.objects.filter(fenced=True).count()
    with scope.tenant(tenant_id):
        with connection.cursor() as cursor:
            cursor.execute(_PARTITIONS, {"tenant": str(tenant_id)})
            topics, partitions, lacking, offline = cursor.fetchone()
        known = TenantFigures.objects.filter(tenant_id=tenant_id).first()
    stored = 0 if known is None else known.stored_bytes
    records_in, bytes_in, bytes_out = _rates(known, tick)
    return TenantHealth(
        topics, partitions, lacking, offline, down, stored, records_in, bytes_in, bytes_out
    )


def _rates(known: TenantFigures | None, tick: Tick) -> Sequence[float | None]:
    """Records in, bytes in and bytes out per second."""
    if tick.seconds is None:
        return None, None, None
    if known is None or known.at != tick.at:
        return 0.0, 0.0, 0.0
    added = known.records_in_added, known.bytes_in_added, known.bytes_out_added
    return tuple(each / tick.seconds for each in added)
