"""How connectors log in to PostgreSQL: every parameter of libpq is set, so that neither the
environment nor a home folder or a service file can add one."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import certifi

from connect.connectors.database_tls import VERIFYING
from connect.spi.egress import Address

_NOWHERE: Final = f"{os.devnull}/none"
"""No file is there, so that libpq does not look for one in a home folder."""


@contextmanager
def login_parameters(
    *,
    host: str,
    addresses: Sequence[Address],
    database: str,
    user: str | None,
    password: str | None,
    ssl_mode: str,
    authorities: str | None,
    timeout_seconds: float,
    options: str,
) -> Iterator[dict[str, Any]]:
    """Parameters for ``psycopg.connect``, which hold as long as the block.

    Args:
        host: the name that TLS verifies.
        addresses: the checked ones, which are connected to in turn; at least one.
        ssl_mode: what ``database_tls.ssl_mode`` has made of the configuration.
        authorities: certificates in PEM form; None: those that browsers trust.
        options: settings of the session, as ``-c name=value``.
    """
    with _pem_file(authorities) as file:
        yield {
            "host": ",".join(host for _ in addresses),
            "hostaddr": ",".join(address.ip for address in addresses),
            "port": addresses[0].port,
            "dbname": database,
            "user": user or "",
            "password": password or "",
            "sslmode": ssl_mode,
            "sslrootcert": file or (certifi.where() if ssl_mode in VERIFYING else _NOWHERE),
            "sslcrl": _NOWHERE,
            "sslcert": _NOWHERE,
            "sslkey": _NOWHERE,
            "sslcertmode": "disable",
            "passfile": _NOWHERE,
            "gssencmode": "disable",
            "channel_binding": "prefer",
            "connect_timeout": max(2, round(timeout_seconds)),
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "options": options,
        }


@contextmanager
def _pem_file(pem: str | None) -> Iterator[str | None]:
    """A file of ours with that text, as long as the block: libpq reads authorities from files."""
    if not pem:
        yield None
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        yield file.name
