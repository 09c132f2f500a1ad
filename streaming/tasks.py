"""Upkeep of what tenants see, as beat asks for it; nothing waits for it."""

import asyncio
import logging
import time
from datetime import datetime

from celery import shared_task
from django.conf import settings

from brokers.metering.group_lag import GroupLag
from brokers.metering.steps import GROUPS_S
from brokers.selectors.database_time import database_time
from brokers.selectors.moving_tenants import moving_tenants
from brokers.services.record_group_lags import record_group_lags
from streaming.groups.sampling import sample_lags
from streaming.records.clients import Clients
from streaming.records.connection import way_in
from streaming.services.forget_requests import forget_requests

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def sample_groups() -> None:
    """A point of each consumer group's lag; several at once are harmless."""
    tenants = moving_tenants()
    if not tenants:
        return
    now = database_time()
    number = int(now.timestamp()) // GROUPS_S
    at = datetime.fromtimestamp(number * GROUPS_S, now.tzinfo)
    record_group_lags(at, asyncio.run(_sampled(tenants, number)))


async def _sampled(tenants: list[str], number: int) -> list[GroupLag]:
    clients = Clients(way_in(settings.HEADWATER))
    try:
        return await sample_lags(
            clients, tenants, now_ms=time.time_ns() // 1_000_000, round_number=number
        )
    finally:
        await clients.close()


@shared_task(ignore_result=True)
def forget_idempotent_requests() -> None:
    """Remove idempotency keys that have expired, until none is left to remove."""
    while removed := forget_requests():
        log.info("forgot %d idempotency keys", removed)
