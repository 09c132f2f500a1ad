"""``prepare_database``: migrate as the owner. ``up`` runs it; with containers it is its own job."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from streaming.cell import schema


class Command(BaseCommand):
    help = "Bring the database's schema up to date as its owner (DATABASE_OWNER_URL)."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        schema.migrate(settings.HEADWATER)
