"""Connections to a database: to the address that the egress has returned, and with nothing else.

Every parameter of a driver is set here, so that neither the URL nor the environment, a home folder
or a service file can add one.
"""

import os
import socket
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

import certifi
import psycopg
import pymysql
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from connect.connectors.database_tls import present
from connect.connectors.jdbc.faults import translated
from connect.connectors.jdbc.settings import ConnectionSettings
from connect.connectors.jdbc.streamed_cursor import StreamedCursor
from connect.connectors.jdbc.url import Backend
from connect.connectors.postgresql_login import login_parameters
from connect.spi.egress import Egress
from connect.spi.errors import ConnectError, RetriableError

FILES: Final = "HEADWATER_CONNECT_FILES"
"""The environment variable that names the only folder below which SQLite databases are opened."""

READ_TIMEOUT_SECONDS: Final = 600.0
SQLITE_BUSY_SECONDS: Final = 5.0
STREAMED_ROWS: Final = 1000
"""No bound of memory: ``StreamedCursor`` returns fewer when fewer have come."""


class Database:
    """One task's database: one connection at a time, opened anew after a failure.

    Args:
        read_only: transactions cannot write, where the database knows such.
    """

    def __init__(
        self, settings: ConnectionSettings, egress: Egress, stopping: Event, *, read_only: bool
    ) -> None:
        self.backend = settings.url.backend
        self._settings = settings
        self._egress = egress
        self._stopping = stopping
        self._read_only = read_only
        self._raw: Any = None
        self._raw_lock = Lock()
        self._login = ExitStack()
        self._connection: sa.Connection | None = None
        opened = {Backend.POSTGRESQL: self._postgresql, Backend.SQLITE: self._sqlite}
        self.engine = sa.create_engine(
            f"{_DIALECTS[self.backend]}://",
            creator=self._remembered(opened.get(self.backend, self._mysql)),
            poolclass=NullPool,
        )

    @property
    def streaming(self) -> dict[str, Any]:
        """Options of a query, of whose rows no more is to be held than has come already."""
        # Other drivers would wait for as many rows as they are asked for.
        at_once = STREAMED_ROWS if self.backend is Backend.POSTGRESQL else 1
        return {"stream_results": True, "max_row_buffer": at_once}

    @contextmanager
    def transaction(self, doing: str) -> Iterator[sa.Connection]:
        """A transaction that is committed at the block's end.

        Args:
            doing: what the block does, for messages: "writing to orders".

        Raises:
            ConnectError: of the kind that says whose trouble it is; whatever was begun is undone.
                After a trouble of the moment the next transaction has a new connection.
        """
        connection = self.connected()
        try:
            with connection.begin():
                yield connection
        except (sa.exc.SQLAlchemyError, *_DRIVER_ERRORS) as error:
            failed = translated(error, doing)
            if isinstance(failed, RetriableError):
                self.close()
            raise failed from error

    def connected(self) -> sa.Connection:
        """The connection; a new one in as many attempts as are configured."""
        if self._connection is not None:
            return self._connection
        attempt = 1
        while True:
            try:
                self._connection = self.engine.connect()
                return self._connection
            except (sa.exc.SQLAlchemyError, *_DRIVER_ERRORS) as error:
                failed = translated(error, f"connecting to {self._where()}")
                lasting = not isinstance(failed, RetriableError)
                if lasting or attempt >= self._settings.attempts:
                    raise failed from error
            attempt += 1
            if self._stopping.wait(self._settings.backoff_seconds):
                raise RetriableError(f"stopped while connecting to {self._where()}")

    def interrupt(self) -> None:
        """From another thread: end what the database is doing for us, as it must end soon."""
        with self._raw_lock, suppress(Exception):
            if isinstance(self._raw, psycopg.Connection):
                self._raw.cancel_safe(timeout=2.0)
            elif isinstance(self._raw, sqlite3.Connection):
                self._raw.interrupt()
            elif self._raw is not None:
                self._raw._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        with self._raw_lock:
            self._raw = None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
            with suppress(Exception):
                connection.close()
        self._login.close()

    def _remembered(self, open_: Callable[[], Any]) -> Callable[[], Any]:
        def creator() -> Any:
            raw = open_()
            with self._raw_lock:
                self._raw = raw
            return raw

        return creator

    def _where(self) -> str:
        url = self._settings.url
        return f"{url.host}:{url.port}/{url.database}" if url.host else url.database

    def _postgresql(self) -> psycopg.Connection[Any]:
        settings, url = self._settings, self._settings.url
        addresses = self._egress.resolve(url.host, url.port)
        options = "-c timezone=UTC -c standard_conforming_strings=on"
        if self._read_only:
            # A statement lasts until the last of its rows has found its way into Kafka.
            options += " -c default_transaction_read_only=on -c statement_timeout=0"
        self._login.close()
        parameters = self._login.enter_context(
            login_parameters(
                host=url.host,
                addresses=addresses,
                database=url.database,
                user=settings.user,
                password=settings.password,
                ssl_mode=settings.ssl_mode,
                authorities=settings.ca,
                certificate=settings.certificate,
                timeout_seconds=settings.timeout_seconds,
                options=options,
            )
        )
        connection = psycopg.connect(
            **parameters,
            target_session_attrs="any" if self._read_only else "read-write",
            application_name=url.options.get("application_name", "headwater-connect"),
        )
        connection.server_cursor_factory = StreamedCursor  # type: ignore[assignment]
        if schema := url.options.get("schema"):
            connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", [schema])
            connection.commit()
        return connection

    def _mysql(self) -> "pymysql.Connection[Any]":
        settings, url = self._settings, self._settings.url
        # The name is what TLS verifies; the socket goes to the checked address.
        connection = pymysql.connect(
            host=url.host,
            port=url.port,
            user=settings.user or "",
            password=settings.password or "",
            database=url.database,
            charset="utf8mb4",
            init_command="SET time_zone = '+00:00'",
            local_infile=False,
            connect_timeout=settings.timeout_seconds,
            read_timeout=READ_TIMEOUT_SECONDS,
            write_timeout=READ_TIMEOUT_SECONDS,
            defer_connect=True,
            ssl_disabled=settings.ssl_mode == "disable",
            ssl=None if settings.ssl_mode in {"disable", "prefer"} else _tls(settings),
        )
        connection.connect(self._socket())
        if self._read_only:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return connection

    def _socket(self) -> socket.socket:
        failed: OSError = OSError("no address")
        url = self._settings.url
        for address in self._egress.resolve(url.host, url.port):
            try:
                return socket.create_connection(address, self._settings.timeout_seconds)
            except OSError as error:
                failed = error
        raise failed

    def _sqlite(self) -> sqlite3.Connection:
        path = sqlite_path(self._settings.url.database, os.environ.get(FILES))
        mode = "ro" if self._read_only else "rwc"
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=SQLITE_BUSY_SECONDS,
            check_same_thread=False,
        )
        # ATTACH and VACUUM INTO would open any other file.
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        return connection


_DIALECTS: Final = {
    Backend.POSTGRESQL: "postgresql+psycopg",
    Backend.MYSQL: "mysql+pymysql",
    Backend.MARIADB: "mariadb+pymysql",
    Backend.SQLITE: "sqlite+pysqlite",
}
_DRIVER_ERRORS: Final = (
    psycopg.Error,
    pymysql.err.Error,
    sqlite3.Error,
    OSError,
    TypeError,
    ValueError,
    ArithmeticError,
    RuntimeError,  # PyMySQL's, to a server that asks for a file of ours (LOAD DATA LOCAL).
)


def sqlite_path(name: str, folder: str | None) -> Path:
    """Where the database ``name`` is. Raises ``ConnectError`` when that is not below ``folder``."""
    if not folder:
        raise ConnectError(f"SQLite databases are off here: the operator has not set {FILES}")
    root = Path(folder).resolve()
    path = (root / name).resolve()
    if path == root or not path.is_relative_to(root):
        raise ConnectError(f"{name} is not below the folder that the operator allows")
    return path


def _tls(settings: ConnectionSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(
        cafile=None if settings.ca else certifi.where(), cadata=settings.ca
    )
    context.check_hostname = settings.ssl_mode == "verify-full"
    context.verify_mode = ssl.CERT_REQUIRED if settings.verifies else ssl.CERT_NONE
    if settings.certificate is not None:
        present(settings.certificate, context)
    return context
