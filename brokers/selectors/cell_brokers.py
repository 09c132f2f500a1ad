"""The cell's brokers as operators see them: disks, traffic, what they hold."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models.functions import Now

from brokers.models import Broker, BrokerFigures
from brokers.selectors.brokers import list_brokers
from tenants import scope

CURRENT: Final = timedelta(seconds=20)
"""A broker's own word is no longer how it is after that."""

_HELD: Final = """
SELECT broker, count(*) FILTER (WHERE leader = broker), count(*),
    count(*) FILTER (WHERE broker <> ALL (isr) AND broker <> ALL (adding))
FROM brokers_partition CROSS JOIN LATERAL unnest(replicas) AS broker
WHERE topic_id NOT IN (SELECT id FROM brokers_topic WHERE deleted_at IS NOT NULL)
GROUP BY broker
"""


@dataclass(frozen=True, slots=True)
class CellBroker:
    """``leaders``, ``replicas`` and ``under_replicated`` (replicas of it that are not in sync) are
    the metadata's. ``figures`` is the broker's last word, ``is_current`` whether it is recent."""

    broker: Broker
    leaders: int
    replicas: int
    under_replicated: int
    figures: BrokerFigures | None
    is_current: bool


def cell_brokers() -> list[CellBroker]:
    """Every registered broker, by id."""
    figures = {row.broker_id: row for row in BrokerFigures.objects.all()}
    current = set(
        BrokerFigures.objects.filter(at__gt=Now() - CURRENT).values_list("broker_id", flat=True)
    )
    leaders: Counter[int] = Counter()
    replicas: Counter[int] = Counter()
    lacking: Counter[int] = Counter()
    with scope.system("an operator looks at brokers"), connection.cursor() as cursor:
        cursor.execute(_HELD)
        for broker, led, held, out_of_sync in cursor:
            leaders[broker], replicas[broker], lacking[broker] = led, held, out_of_sync
    return [
        CellBroker(
            broker=broker,
            leaders=leaders[broker.id],
            replicas=replicas[broker.id],
            under_replicated=lacking[broker.id],
            figures=figures.get(broker.id),
            is_current=broker.id in current and not broker.fenced,
        )
        for broker in list_brokers()
    ]
