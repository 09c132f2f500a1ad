"""Hints that a connector or a tenant's standing has changed: ``LISTEN`` on a connection of its own.

Its socket is one of those that the supervisor waits for, so hints cost no thread. While there is no
connection, the supervisor's looking every second finds what it would have told.
"""

from contextlib import suppress
from typing import Any, Final

import psycopg
from django.db import connections

from connect.states import CHANNEL
from tenants import standing_hints

CONNECT_SECONDS: Final = 2
_PARAMETERS: Final = (
    "host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey",
    "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
)  # fmt: skip


class Announcements:
    """``socket`` is None while nothing is heard; ``open`` tries again."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def socket(self) -> int | None:
        return None if self._connection is None else self._connection.fileno()

    def open(self) -> None:
        """Raises ``psycopg.Error``. Open already is harmless."""
        if self._connection is not None:
            return
        given = connections["default"].get_connection_params()
        made = psycopg.Connection.connect(
            **{name: given[name] for name in _PARAMETERS if name in given},
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="headwater-connect",
        )
        for channel in (CHANNEL, standing_hints.CHANNEL):
            made.execute(f"LISTEN {channel}")
        self._connection = made

    def take(self) -> None:
        """Forget what was announced: that something was, the caller knows."""
        if self._connection is None:
            return
        try:
            for _ in self._connection.notifies(timeout=0):
                pass
        except psycopg.Error:
            self.close()

    def close(self) -> None:
        closing, self._connection = self._connection, None
        if closing is not None:
            with suppress(psycopg.Error):
                closing.close()
