"""What was used, hour by hour and day by day."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import scope
from tenants.models import Usage, UsageBy, UsageStep

DAYS_MAX: Final = 3_660
"""Asked for at once: ten years."""
HOURS_KEPT: Final = timedelta(days=90)
ROWS_MAX: Final = 100_000
"""Answered at once: all topics of a large tenant for a few days, or a few for ninety."""


class TooMuchUsage(Exception):
    """More rows were asked for than are answered at once."""

    def __init__(self) -> None:
        super().__init__(f"that is more than {ROWS_MAX} rows; ask for a shorter time, or by day")


def usage_of(tenant_id: UUID | str, *, days: int) -> list[Usage]:
    """The tenant's last ``days`` days, today included, UTC, oldest first; days without a row are
    left out: the tenant had nothing."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return usage_by(
        tenant_id, UsageBy.TENANT, UsageStep.DAY, today - timedelta(days=days - 1), None
    )


def usage_by(
    tenant_id: UUID | str,
    by: UsageBy,
    step: UsageStep,
    since: datetime,
    until: datetime | None,
) -> list[Usage]:
    """Hours or days that begin from ``since`` on and before ``until``, by start and name.

    Hours are kept for ``HOURS_KEPT``. One in which nothing was used has no row. Raises
    ``TooMuchUsage``.
    """
    with scope.tenant(tenant_id):
        rows = Usage.objects.filter(by=by, step=step, start__gte=since).order_by("start", "name")
        if until is not None:
            rows = rows.filter(start__lt=until)
        found = list(rows[: ROWS_MAX + 1])
    if len(found) > ROWS_MAX:
        raise TooMuchUsage
    return found
