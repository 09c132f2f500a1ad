"""Upkeep that beat asks for; nothing that safety or failover waits for."""

import logging

from celery import shared_task

from brokers.services import purge_deleted_topics as verb

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def purge_deleted_topics() -> None:
    """Remove the rows of topics that were deleted long ago, until none is left to remove."""
    while removed := verb.purge_deleted_topics():
        log.info("purged %d deleted topics", removed)
