"""Connections to the database: to the address that the egress has returned."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from connect.connectors.jdbc.faults import translated
from connect.connectors.postgresql_cdc.settings import Settings
from connect.connectors.postgresql_login import login_parameters
from connect.spi.egress import Egress
from connect.spi.errors import RetriableError

OPTIONS: Final = (
    "-c DateStyle=ISO -c TimeZone=UTC -c IntervalStyle=iso_8601 -c bytea_output=hex "
    "-c lc_monetary=C -c extra_float_digits=1 -c statement_timeout=0 "
    "-c idle_in_transaction_session_timeout=0"
)
"""What ``text_values`` reads; and nothing ends a long reading of tables."""

_IN_USE: Final = "55006"

Connection = psycopg.Connection[dict[str, Any]]


class Server:
    """Opens connections; whoever asks for one closes it."""

    def __init__(self, settings: Settings, egress: Egress) -> None:
        self._settings = settings
        self._egress = egress

    def connect(self) -> Connection:
        """For queries; each statement is a transaction. Raises ``ConnectError``."""
        return self._open()

    def connect_for_replication(self) -> Connection:
        """For the replication protocol's commands, beside queries. Raises ``ConnectError``."""
        return self._open(replication="database")

    def _open(self, **more: Any) -> Connection:
        settings = self._settings
        with (
            told(f"connecting to {settings.where}"),
            login_parameters(
                host=settings.host,
                addresses=self._egress.resolve(settings.host, settings.port),
                database=settings.database,
                user=settings.user,
                password=settings.password,
                ssl_mode=settings.ssl_mode,
                authorities=settings.authorities,
                certificate=settings.certificate,
                timeout_seconds=settings.timeout_seconds,
                options=OPTIONS,
            ) as parameters,
        ):
            return psycopg.connect(
                **parameters,
                **more,
                client_encoding="UTF8",
                application_name="headwater-cdc",
                autocommit=True,
                prepare_threshold=None,
                row_factory=dict_row,
            )


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Errors of the database within the block as ``ConnectError`` of the kind that says whose
    trouble it is; ``doing`` begins the message."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate == _IN_USE:
            # An earlier process of this task whose connection the database has not missed yet.
            raise RetriableError(f"{doing}: {' '.join(str(error).split())}") from error
        raise translated(error, doing) from error
