"""Upkeep that beat asks for, and brokers' jobs; nothing that safety or failover waits for."""

import logging
import shutil
import time

from celery import shared_task
from django.conf import settings

from brokers.kernel.errors import StorageError
from brokers.log.disk import RealDisk
from brokers.log.storage_worker import run_job
from brokers.selectors.database_time import database_time
from brokers.services import forget_usage as forgetting
from brokers.services import purge_deleted_topics as verb
from brokers.services import purge_tenants as tenants_verb
from brokers.services import thin_figures as thinning

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def purge_deleted_topics() -> None:
    """Remove the rows of topics that were deleted long ago, until none is left to remove."""
    while removed := verb.purge_deleted_topics():
        log.info("purged %d deleted topics", removed)


@shared_task(ignore_result=True)
def purge_tenants() -> None:
    """Purge the tenants whose grace has passed."""
    if purged := tenants_verb.purge_tenants():
        log.info("purged %d deleted tenants", purged)


@shared_task(ignore_result=True)
def thin_figures() -> None:
    """Thin time series as they age."""
    started = time.monotonic()
    if removed := thinning.thin_figures(database_time()):
        log.info("thinned time series by %d points in %.1f s", removed, time.monotonic() - started)


@shared_task(ignore_result=True)
def forget_usage() -> None:
    """Forget hours of usage that are older than they are kept."""
    if removed := forgetting.forget_usage(database_time()):
        log.info("forgot %d hours of usage", removed)


@shared_task(ignore_result=True)
def run_storage_job(broker_id: int, job: str) -> None:
    """Compact or scrub as a broker has asked in the folder ``job`` of its volume.

    The message names a broker and a job; where they are, this process knows by itself.
    """
    instance = settings.HEADWATER
    if not 1 <= broker_id <= instance.brokers:
        log.warning("there is no broker %d for the storage job %s", broker_id, job)
        return
    volume = instance.broker(broker_id).volume
    started = time.monotonic()
    try:
        free_bytes = shutil.disk_usage(volume).free
        done = run_job(volume, job, RealDisk(), sleep=time.sleep, free_bytes=free_bytes)
    except (StorageError, OSError) as error:
        log.warning("the storage job %s was not done: %s", job, error)
        return
    if done:
        log.info("%s: done in %.1f s", job, time.monotonic() - started)
