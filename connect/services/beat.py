from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from connect.models import ConnectWorker


def beat(name: str, incarnation: UUID, opens: Sequence[str]) -> bool:
    """Count a sign of life; ``opens`` names the sealing keys that the worker has. False when that
    incarnation is not the worker of that name any more."""
    worker = ConnectWorker.objects.filter(name=name, incarnation=incarnation)
    return bool(worker.update(beats=F("beats") + 1, beat_at=Now(), opens=list(opens)))
