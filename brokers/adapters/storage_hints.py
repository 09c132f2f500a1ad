"""Hints to storage workers over Celery: sent by a thread of their own, and dropped when they
cannot be."""

import logging
import threading
from queue import Full, Queue
from typing import Final

from celery import current_app

from brokers.kernel.ids import BrokerId

log = logging.getLogger(__name__)

TASK: Final = "brokers.tasks.run_storage_job"
QUEUE: Final = "storage"

EXPIRES_SECONDS: Final = 120
"""A job that is still wanted is hinted at again sooner; others need not be looked for."""

WAITING_MAX: Final = 16
"""Behind a Redis that does not answer; what is more comes again."""


class CeleryStorageHints:
    """``StorageHints``. The thread is a daemon: a send that hangs must not hold up a stop."""

    def __init__(self) -> None:
        self._app = current_app._get_current_object()
        self._waiting: Queue[tuple[BrokerId, str]] = Queue(WAITING_MAX)
        threading.Thread(target=self._send_all, name="storage-hints", daemon=True).start()

    def hint(self, broker_id: BrokerId, job: str) -> None:
        try:
            self._waiting.put_nowait((broker_id, job))
        except Full:
            log.debug("the hint at %s was dropped; it comes again", job)

    def _send_all(self) -> None:
        while True:
            broker_id, job = self._waiting.get()
            try:
                self._app.send_task(
                    TASK,
                    args=[int(broker_id), job],
                    queue=QUEUE,
                    expires=EXPIRES_SECONDS,
                    retry=False,
                    ignore_result=True,
                )
            except Exception as error:
                # Whatever the transport raises: the job waits, and is hinted at again.
                log.info("storage workers cannot be told of %s now: %s", job, error)
