"""When figures were rolled up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models.functions import Now

from brokers.models import FiguresTick

CURRENT: Final = timedelta(seconds=45)
"""What was rolled up longer ago says nothing about now."""


@dataclass(frozen=True, slots=True)
class Tick:
    """``seconds`` since the tick before; None where there is none, or nobody has looked lately, so
    that there is no rate. ``at`` is None when nothing was ever rolled up."""

    at: datetime | None
    seconds: float | None


def newest_tick() -> Tick:
    newest = FiguresTick.objects.order_by("-at").values_list("at", "seconds").first()
    if newest is None:
        return Tick(None, None)
    is_current = FiguresTick.objects.filter(at=newest[0], at__gt=Now() - CURRENT).exists()
    return Tick(newest[0], newest[1] if is_current else None)
