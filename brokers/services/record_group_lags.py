from collections.abc import Iterable
from datetime import datetime

from brokers.metering.group_lag import GroupLag
from brokers.models import GroupPoint
from tenants import scope
from tenants.transactions import limit_waits


def record_group_lags(at: datetime, lags: Iterable[GroupLag]) -> None:
    """Points of groups' series; what another sampler has recorded for that moment stays."""
    with scope.system("record how far groups are behind"):
        limit_waits()
        GroupPoint.objects.bulk_create(
            [
                GroupPoint(
                    tenant_id=each.tenant_id,
                    group=each.group,
                    topic_name=each.topic,
                    at=at,
                    lag=each.records,
                    lag_ms=each.lag_ms,
                )
                for each in lags
            ],
            batch_size=1_000,
            ignore_conflicts=True,
        )
