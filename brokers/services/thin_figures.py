from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from django.db import connection

from brokers.metering.series import bucket_end
from brokers.metering.steps import RESOLUTIONS
from brokers.metering.thinning import horizon
from brokers.models import FiguresTick, GroupPoint, TenantPoint, TopicPoint
from tenants import scope
from tenants.transactions import limit_waits

BUCKETS_AT_ONCE: Final = 10
"""Per transaction, so that none of them takes long."""

_SERIES: Final = {
    TopicPoint: ("topic_id",),
    TenantPoint: ("tenant_id",),
    GroupPoint: ("tenant_id", '"group"', "topic_name"),
}

# As ``metering/thinning.py`` says: a point goes when its series has a later one in its bucket.
_THIN: Final = """
DELETE FROM {table} AS point
WHERE at > %(after)s AND at <= %(until)s AND EXISTS (
    SELECT FROM {table} AS later
    WHERE {same} AND later.at > point.at AND later.at <= to_timestamp(
        ceil(extract(epoch FROM point.at) / %(step_s)s) * %(step_s)s
    )
)
"""

# What a topic was at its last point before everything else, it is until its next: that one stays.
_FORGET: Final = """
DELETE FROM {table} AS point
WHERE at <= %(until)s AND EXISTS (
    SELECT FROM {table} AS later WHERE {same} AND later.at > point.at AND later.at <= %(until)s
)
"""


def thin_figures(now: datetime) -> int:
    """Thin every time series to the step of its age, and end it at the last age; how many points
    went. Done in small transactions, each of which leaves series that are whole.
    """
    removed = 0
    for finer, coarser in pairwise(RESOLUTIONS):
        until_s = horizon(int(now.timestamp()), finer.age_s, coarser.step_s)
        while (oldest := _oldest_tick(finer.step_s, until_s)) is not None:
            after_s = bucket_end(oldest, coarser.step_s) - coarser.step_s
            end_s = min(until_s, after_s + BUCKETS_AT_ONCE * coarser.step_s)
            removed += _thin(after_s, end_s, coarser.step_s)
    last = RESOLUTIONS[-1]
    return removed + _forget(horizon(int(now.timestamp()), last.age_s, last.step_s))


def _oldest_tick(step_s: int, until_s: int) -> int | None:
    ticks = FiguresTick.objects.filter(step_s=step_s, at__lte=_moment(until_s))
    oldest = ticks.order_by("at").values_list("at", flat=True).first()
    return None if oldest is None else int(oldest.timestamp())


def _thin(after_s: int, until_s: int, step_s: int) -> int:
    told = {"after": _moment(after_s), "until": _moment(until_s), "step_s": step_s}
    with scope.system("thin time series"), connection.cursor() as cursor:
        limit_waits()
        removed = 0
        for model, columns in _SERIES.items():
            cursor.execute(_statement(_THIN, model._meta.db_table, columns), told)
            removed += cursor.rowcount
        cursor.execute(_statement(_THIN, FiguresTick._meta.db_table, ()), told)
        FiguresTick.objects.filter(at__gt=told["after"], at__lte=told["until"]).update(
            step_s=step_s
        )
    return removed


def _forget(until_s: int) -> int:
    until = _moment(until_s)
    with scope.system("forget old points of time series"), connection.cursor() as cursor:
        limit_waits()
        removed = 0
        for model in (TopicPoint, TenantPoint):
            statement = _statement(_FORGET, model._meta.db_table, _SERIES[model])
            cursor.execute(statement, {"until": until})
            removed += cursor.rowcount
        removed += GroupPoint.objects.filter(at__lte=until).delete()[0]
        FiguresTick.objects.filter(at__lte=until).delete()
    return removed


def _statement(template: str, table: str, columns: tuple[str, ...]) -> str:
    same = " AND ".join(f"later.{column} = point.{column}" for column in columns) or "true"
    return template.format(table=table, same=same)


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
