from datetime import datetime
from typing import Final

from django.db import connection

from tenants import scope
from tenants.models import UsageStep
from tenants.selectors.usage import HOURS_KEPT
from tenants.transactions import limit_waits

ROWS_AT_ONCE: Final = 10_000
"""Per transaction, so that none of them takes long."""

_HOURS: Final = """
DELETE FROM tenants_usage WHERE id IN (
    SELECT id FROM tenants_usage WHERE step = %(step)s AND start < %(before)s LIMIT %(limit)s
)
"""

# Of incarnations that have ended. An hour later nothing that was said of one is on its way.
_ENDED: Final = """
DELETE FROM brokers_principalfigures AS known
USING brokers_broker AS broker
WHERE broker.id = known.broker_id AND broker.incarnation > known.incarnation
    AND known.at < %(now)s - interval '1 hour'
    AND (records_in, bytes_in, bytes_out, requests)
        = (records_in_metered, bytes_in_metered, bytes_out_metered, requests_metered)
"""


def forget_usage(now: datetime) -> int:
    """Remove hours that are older than they are kept, and counters that have become usage and will
    not rise again; how many hours went. Days stay."""
    removed = 0
    told = {"step": UsageStep.HOUR, "before": now - HOURS_KEPT, "limit": ROWS_AT_ONCE}
    while True:
        with scope.system("forget old hours of usage"), connection.cursor() as cursor:
            limit_waits()
            cursor.execute(_HOURS, told)
            removed += cursor.rowcount
            if cursor.rowcount < ROWS_AT_ONCE:
                cursor.execute(_ENDED, {"now": now})
                return removed
