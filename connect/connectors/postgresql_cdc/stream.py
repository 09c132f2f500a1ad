"""The replication connection while changes come: libpq's COPY in both directions.

psycopg has no replication protocol of its own; its libpq binding has what is needed. One thread
reads; another may tell the standby's status meanwhile, so a lock is held around libpq's calls and
never while waiting.
"""

import os
import select
import socket
import time
from contextlib import closing, suppress
from threading import Lock
from typing import Final

import psycopg
from psycopg import pq, sql

from connect.connectors.postgresql_cdc.server import Connection, told
from connect.connectors.postgresql_cdc.settings import Settings
from connect.connectors.postgresql_cdc.walsender import (
    Data,
    Keepalive,
    lsn_text,
    status,
    unwrap,
)
from connect.spi.errors import RetriableError

_MORE_TO_READ: Final = 1


class Stream:
    """Changes from ``lsn`` on, as far as the slot still has them.

    Raises:
        ConnectError: the database will not send them.
        RetriableError: it does not now.
    """

    def __init__(self, connection: Connection, settings: Settings, lsn: int) -> None:
        self._connection = connection
        self._doing = f"reading changes of {settings.where}"
        self._lock = Lock()
        self._pgconn = connection.pgconn
        self._received = 0
        self._confirmed = 0
        publication = '"' + settings.publication.replace('"', '""') + '"'
        command = sql.SQL(
            "START_REPLICATION SLOT {} LOGICAL {} (proto_version '1', publication_names {})"
        ).format(sql.Identifier(settings.slot), sql.SQL(lsn_text(lsn)), sql.Literal(publication))
        with told(self._doing):
            result = self._pgconn.exec_(command.as_bytes(connection))
            if result.status != pq.ExecStatus.COPY_BOTH:
                raise _error_of(result)
        self._pgconn.nonblocking = 1

    def receive(self, count: int, timeout_s: float) -> list[Data | Keepalive]:
        """What has come, at most ``count``; waits for the first at most ``timeout_s``.

        Raises ``ConnectError`` as the constructor.
        """
        deadline = time.monotonic() + timeout_s
        with told(self._doing):
            while True:
                with self._lock:
                    found = self._arrived(count) or self._read_on(count)
                left = deadline - time.monotonic()
                if found or left <= 0:
                    return found
                self._wait_readable(left)

    def confirm(self, lsn: int) -> None:
        """All before ``lsn`` is kept for good; told at once."""
        with self._lock:
            self._confirmed = max(self._confirmed, lsn)
        self.tell()

    def tell(self) -> None:
        """The standby's status. From any thread; a failure is left to who reads."""
        with self._lock:
            self._tell()

    def cut(self) -> None:
        """From another thread: end it, so that whoever reads is told that it ended."""
        with self._lock, suppress(OSError, psycopg.Error):
            ours = socket.socket(fileno=os.dup(self._pgconn.socket))
            with closing(ours):
                ours.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _arrived(self, count: int) -> list[Data | Keepalive]:
        found: list[Data | Keepalive] = []
        get = self._pgconn.get_copy_data
        while len(found) < count:
            size, data = get(_MORE_TO_READ)
            if size == 0:
                break
            if size < 0:
                raise _error_of(self._pgconn.get_result())
            message = unwrap(bytes(data))
            if isinstance(message, Data):
                self._received = max(self._received, message.lsn)
            else:
                self._received = max(self._received, message.wal_end)
                if message.asks_reply:
                    self._tell()
            found.append(message)
        return found

    def _read_on(self, count: int) -> list[Data | Keepalive]:
        """Once what libpq holds has been taken, but for the beginning of a message: so its buffer
        grows no larger than one. Whether the socket has anything is not asked: a part of a TLS
        record may wait in OpenSSL, when the socket has nothing more to say."""
        self._pgconn.consume_input()
        return self._arrived(count)

    def _wait_readable(self, timeout_s: float) -> None:
        poller = select.poll()
        poller.register(self._pgconn.socket, select.POLLIN)
        poller.poll(timeout_s * 1000)

    def _tell(self) -> None:
        if self._pgconn.status != pq.ConnStatus.OK:
            return
        now_us = time.time_ns() // 1000
        try:
            self._pgconn.put_copy_data(status(self._received, self._confirmed, now_us))
            self._pgconn.flush()
        except psycopg.Error:
            # Whoever reads will meet it, and says so.
            return


def _error_of(result: "pq.abc.PGresult | None") -> psycopg.Error | RetriableError:
    """Why the stream ended: what the database says, or that it closed the connection."""
    if result is None or not result.error_message:
        return RetriableError("the database ended the stream of changes")
    return psycopg.errors.error_from_result(result)
