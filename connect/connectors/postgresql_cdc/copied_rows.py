"""Rows of a query, one by one, as the database sends them: by COPY, of which neither libpq nor we
hold more than the row that is being read, however many and however wide they are.

Source: PostgreSQL's manual, "COPY", File Formats, Text Format.
"""

import re
import select
from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg import pq, sql

from connect.connectors.postgresql_cdc.messages import Row
from connect.connectors.postgresql_cdc.server import Connection
from connect.spi.errors import RetriableError

_MORE_TO_READ: Final = 1
_LOOK_AGAIN_MS: Final = 100
"""OpenSSL may hold the end of a record of TLS when the socket has nothing more to say."""
_NULL: Final = rb"\N"
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_MEANT: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def copied_rows(connection: Connection, query: sql.Composed) -> Iterator[bytes]:
    """The rows of ``query``, a SELECT, as lines for ``fields``. The connection is of no other use
    until the last; whoever wants no more of them closes it.

    Raises ``psycopg.Error``, and ``RetriableError`` when the database ends without a word.
    """
    pgconn = connection.pgconn
    command = sql.SQL("COPY ({}) TO STDOUT").format(query)
    result = pgconn.exec_(command.as_bytes(connection))
    if result.status != pq.ExecStatus.COPY_OUT:
        raise _error_of(result)
    while True:
        size, data = pgconn.get_copy_data(_MORE_TO_READ)
        if size > 0:
            yield bytes(data)
        elif size == 0:
            _wait_readable(pgconn)
            pgconn.consume_input()
        else:
            break
    ended = pgconn.get_result()
    if ended is None or ended.status != pq.ExecStatus.COMMAND_OK:
        raise _error_of(ended)
    while pgconn.get_result() is not None:
        pass


def fields(line: bytes) -> Row:
    """The values of a line of COPY's text format; none of a table without columns."""
    if line == b"\n":
        return []
    values = line[:-1].split(b"\t")
    if b"\\" not in line:
        return [*values]
    return [None if each == _NULL else _plain(each) for each in values]


def _plain(value: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), value)


def _wait_readable(pgconn: "pq.abc.PGconn") -> None:
    poller = select.poll()
    poller.register(pgconn.socket, select.POLLIN)
    poller.poll(_LOOK_AGAIN_MS)


def _error_of(result: "pq.abc.PGresult | None") -> psycopg.Error | RetriableError:
    if result is None or not result.error_message:
        return RetriableError("the database ended the reading of a table")
    return psycopg.errors.error_from_result(result)
