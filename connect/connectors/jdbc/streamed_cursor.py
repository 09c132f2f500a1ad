"""PostgreSQL's rows as it sends them, in the place of a cursor at the server: what a FETCH of that
brings is held as a whole, however wide the rows are.

Source: libpq's manual, "Retrieving Query Results in Chunks" (single-row mode; a chunk of several
rows has no bound of bytes).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus


class StreamedCursor:
    """As much of a cursor as SQLAlchemy needs to read one query. Until it is closed, or all rows
    were read, the connection is of no other use: whoever asks it for something waits for ever."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: "psycopg.Connection[Any]", name: str, **_options: Any) -> None:
        self._cursor = psycopg.Cursor(connection)
        self._stream: Any = None
        self._first: list[Any] = []
        self._loader: Any = None

    @property
    def description(self) -> Any:
        return self._cursor.description

    def execute(self, query: Any, parameters: Any = None) -> None:
        self._stream = self._cursor.stream(query, parameters)
        self._first = list(islice(self._stream, 1))
        if self._first:
            self._loader = Transformer(self._cursor)
            self._loader.set_pgresult(self._cursor.pgresult)
            return
        # Without a row psycopg does not say what the columns are.
        self._cursor.pgresult = self._cursor.connection.pgconn.describe_prepared(b"")

    def fetchmany(self, size: int = 1) -> list[Any]:
        """Of the next ``size`` rows those that have come, and one in any case, unless there is
        none: so no more is held than what libpq has read at once, or one row."""
        found = self._first or list(islice(self._stream, 1))
        self._first = []
        return [*found, *islice(self._at_hand(), size - 1)] if found else []

    def close(self) -> None:
        if self._stream is not None:
            # Has the database end a query of which there is more.
            self._stream.close()
        self._cursor.close()

    def _at_hand(self) -> Iterator[Any]:
        """The rows that have come already: psycopg's own way to them would wait for each, which
        costs several times what the row does."""
        connection = self._cursor.connection.pgconn
        while not connection.is_busy():
            result = connection.get_result()
            if result is None or result.status != ExecStatus.SINGLE_TUPLE:
                if result is not None and result.status == ExecStatus.FATAL_ERROR:
                    raise psycopg.errors.error_from_result(result, self._loader.encoding)
                # The end, which the stream finds as well.
                return
            self._loader.set_pgresult(result, set_loaders=False)
            yield self._loader.load_row(0, tuple)
