"""A Celery worker that runs connectors' tasks: a bootstep runs the supervisor in a thread.

A bootstep and not tasks of Celery's: a task that never ends would be delivered twice after the
transport's visibility time-out. Without ``--connect-worker`` the worker is an ordinary one, and
nothing of this is loaded.
"""

import logging
import os
import threading
import time
from typing import Any, Final

from celery import bootsteps, signals
from click import IntRange, Option
from django.conf import settings

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 1.7
"""The supervisor of the deployment waits two."""
EXIT_OK: Final = 0
EXIT_FAILED: Final = 1

connect_worker_option = Option(
    ["--connect-worker"],
    type=IntRange(min=1),
    default=None,
    help="Run connectors' tasks in processes of this worker, which is the N-th of this deployment.",
)


class ConnectStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the supervisor when the worker starts, and stops it in order with the worker."""

    requires = frozenset({"celery.worker.components:Pool"})

    def __init__(self, parent: Any, connect_worker: int | None = None, **options: Any) -> None:
        super().__init__(parent, **options)
        self.enabled = connect_worker is not None
        self._number = connect_worker

    def create(self, parent: Any) -> "RunningSupervisor":
        return RunningSupervisor(f"connect-{self._number}")


class RunningSupervisor:
    """The supervisor's thread, as a worker's blueprint drives it: ``start``, then ``stop``."""

    def __init__(self, name: str) -> None:
        # Imported here: Celery imports this module before Django's models can be.
        from connect.worker.limits import slots  # noqa: PLC0415
        from connect.worker.supervisor import Supervisor  # noqa: PLC0415

        self._supervisor = Supervisor(name, settings.HEADWATER, slots())
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        signals.worker_shutting_down.connect(self._begin_to_stop)
        self._thread.start()

    def stop(self) -> None:
        self._supervisor.stop()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        try:
            self._supervisor.run()
        except Exception:
            log.exception("the worker cannot run connectors any more, so the process is ended")
            logging.shutdown()
            # At once: Celery's own shutdown would take tasks until it is done.
            os._exit(EXIT_FAILED)

    def _begin_to_stop(self, **_signal: Any) -> None:
        """In the handler of the signal that ends the worker: tasks end at once and not after
        Celery's part, which would wait for a Redis that has fallen silent."""
        threading.Thread(target=self._leave, name="connect-leaves", daemon=True).start()

    def _leave(self) -> None:
        self.stop()
        time.sleep(STOP_SECONDS)
        logging.shutdown()
        os._exit(EXIT_OK)
