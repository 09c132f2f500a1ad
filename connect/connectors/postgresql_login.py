"""How connectors log in to PostgreSQL: every parameter of libpq is set, so that neither the
environment nor a home folder or a service file can add one."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import certifi

from connect.connectors.database_tls import VERIFYING, ClientCertificate
from connect.connectors.pem import pem_file
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
    certificate: ClientCertificate | None,
    timeout_seconds: float,
    options: str,
) -> Iterator[dict[str, Any]]:
    """Parameters for ``psycopg.connect``, which hold as long as the block. A request to cancel what
    a connection does is made with the same ones.

    Args:
        host: the name that TLS verifies.
        addresses: the checked ones, which are connected to in turn; at least one.
        ssl_mode: what ``database_tls.ssl_mode`` has made of the configuration.
        authorities: certificates in PEM form; None: those that browsers trust.
        certificate: shown to a server that asks for one.
        options: settings of the session, as ``-c name=value``.
    """
    with ExitStack() as files:

        def named(pem: str | None) -> str | None:
            return files.enter_context(pem_file(pem)) if pem else None

        yield {
            "host": ",".join(host for _ in addresses),
            "hostaddr": ",".join(address.ip for address in addresses),
            "port": addresses[0].port,
            "dbname": database,
            "user": user or "",
            "password": password or "",
            "sslmode": ssl_mode,
            "sslrootcert": named(authorities)
            or (certifi.where() if ssl_mode in VERIFYING else _NOWHERE),
            "sslcrl": _NOWHERE,
            "sslcert": named(certificate.chain if certificate else None) or _NOWHERE,
            "sslkey": named(certificate.key if certificate else None) or _NOWHERE,
            "sslcertmode": "allow" if certificate else "disable",
            "passfile": _NOWHERE,
            "gssencmode": "disable",
            # Not by a Kerberos ticket of the machine's, nor where the server would send us for one.
            "require_auth": "password,md5,scram-sha-256,none",
            "channel_binding": "prefer",
            "connect_timeout": max(2, round(timeout_seconds)),
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "options": options,
        }
