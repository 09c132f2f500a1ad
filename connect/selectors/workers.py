"""Workers that run connectors' tasks."""

from datetime import timedelta
from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Now

from connect.models import ConnectWorker

SILENT_SECONDS: Final = 10
"""A worker that said nothing for so long is taken for dead; it speaks every 1.5 s."""


def live_workers() -> list[ConnectWorker]:
    """By name. By PostgreSQL's clock."""
    since = Now() - Value(timedelta(seconds=SILENT_SECONDS))
    return list(ConnectWorker.objects.filter(stopped=False, beat_at__gt=since).order_by(F("name")))
