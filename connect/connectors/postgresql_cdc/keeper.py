"""A thread beside the one that reads: it tells the database that we are there, and watches the
slot, also while the task is paused, reads tables or waits for the brokers."""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from connect.connectors.postgresql_cdc import slots
from connect.connectors.postgresql_cdc.server import Connection, Server
from connect.connectors.postgresql_cdc.settings import Settings
from connect.spi.errors import ConnectError

STATUS_SECONDS: Final = 5.0
"""PostgreSQL ends a connection of which it hears nothing for ``wal_sender_timeout``, a minute."""
SHUTTING_DOWN: Final = "shutting down"


class Keeper:
    """``tell`` is called every few seconds, ``cut`` when the database shuts down; ``failure`` is
    why the task should fail."""

    def __init__(
        self,
        server: Server,
        settings: Settings,
        log: logging.Logger,
        tell: Callable[[], None],
        cut: Callable[[], None],
    ) -> None:
        self.failure: str | None = None
        self.retained: int | None = None
        self._server = server
        self._settings = settings
        self._log = log
        self._tell = tell
        self._cut = cut
        self._connection: Connection | None = None
        self._ended = Event()
        self._thread = Thread(target=self._run, name="postgresql-cdc-keeper", daemon=True)

    def start(self) -> None:
        """If it has not been."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=STATUS_SECONDS)

    def _run(self) -> None:
        look_at = 0.0
        while not self._ended.wait(min(STATUS_SECONDS, self._settings.watch_seconds)):
            self._tell()
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + self._settings.watch_seconds
                self._look()
        if self._connection is not None:
            self._connection.close()

    def _look(self) -> None:
        try:
            if self._connection is None:
                self._connection = self._server.connect()
            slot = slots.look(self._connection, self._settings)
        except ConnectError as error:
            self._log.warning("the replication slot could not be looked at: %s", error)
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            if SHUTTING_DOWN in str(error):
                # The database waits for whoever reads from it to have stored all: perhaps for ever.
                self._cut()
            return
        self.retained = None if slot is None else slot.retained
        warning, failure = slots.judged(slot, self._settings)
        if warning is not None:
            self._log.warning("%s", warning)
        if failure is not None:
            self.failure = failure
