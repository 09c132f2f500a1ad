"""The backend that Django finds by its name: ``django.db.backends.postgresql`` with turns."""

import weakref
from typing import Any

from django.db.backends.postgresql import base

from streaming.postgresql.turns import turn


class DatabaseWrapper(base.DatabaseWrapper):
    """A turn lasts from the attempt to connect until the connection is closed or forgotten."""

    _turn: "weakref.finalize[Any, Any] | None" = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises ``Unavailable`` when there was no turn in time."""
        end = turn()
        try:
            connection = super().get_new_connection(conn_params)
        except BaseException:
            if end is not None:
                end()
            raise
        if end is not None:
            self._turn = weakref.finalize(connection, end)
            self._turn.atexit = False
        return connection

    def _close(self) -> None:
        ending, self._turn = self._turn, None
        try:
            super()._close()
        finally:
            if ending is not None:
                ending()
