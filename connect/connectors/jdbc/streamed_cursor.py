"""PostgreSQL's rows one at a time, as it sends them, in the place of a cursor at the server: what a
FETCH of that brings is held as a whole, however wide the rows are.

Source: libpq's manual, "Retrieving Query Results in Chunks" (single-row mode).
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import psycopg


class StreamedCursor:
    """As much of a cursor as SQLAlchemy needs to read one query. Until it is closed, or all rows
    were read, the connection is of no other use: whoever asks it for something waits for ever."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: "psycopg.Connection[Any]", name: str, **_options: Any) -> None:
        self._cursor = psycopg.Cursor(connection)
        self._stream: Any = None
        self._rows: Iterator[Any] = iter(())

    @property
    def description(self) -> Any:
        return self._cursor.description

    def execute(self, query: Any, parameters: Any = None) -> None:
        self._stream = stream = self._cursor.stream(query, parameters)
        for first in stream:
            self._rows = chain((first,), stream)
            return
        # Without a row psycopg does not say what the columns are.
        self._cursor.pgresult = self._cursor.connection.pgconn.describe_prepared(b"")

    def fetchmany(self, size: int = 1) -> list[Any]:
        return list(islice(self._rows, size))

    def close(self) -> None:
        if self._stream is not None:
            # Has the database end a query of which there is more.
            self._stream.close()
        self._cursor.close()
