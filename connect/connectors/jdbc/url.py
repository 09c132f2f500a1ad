"""``connection.url`` as typed parts. Pure.

JDBC's form and SQLAlchemy's are both read. What is not on the list of a database's parameters is
refused: drivers have parameters that read files, run commands or load code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from connect.connectors.database_tls import SSL_MODES
from connect.spi.errors import ConfigError


class Backend(Enum):
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MARIADB = "mariadb"
    SQLITE = "sqlite"

    @property
    def is_mysql(self) -> bool:
        return self in {Backend.MYSQL, Backend.MARIADB}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """``host`` is empty and ``port`` 0 for SQLite, whose ``database`` is a relative path.

    ``options`` has only the keys ``sslmode``, ``schema`` and ``application_name``.
    """

    backend: Backend
    host: str
    port: int
    database: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)


DEFAULT_PORTS: Final = {Backend.POSTGRESQL: 5432, Backend.MYSQL: 3306, Backend.MARIADB: 3306}

_SCHEMES: Final = {
    "postgresql": Backend.POSTGRESQL,
    "postgresql+psycopg": Backend.POSTGRESQL,
    "mysql": Backend.MYSQL,
    "mysql+pymysql": Backend.MYSQL,
    "mariadb": Backend.MARIADB,
    "mariadb+pymysql": Backend.MARIADB,
    "sqlite": Backend.SQLITE,
}
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]")
_MYSQL_SSL_MODES: Final = {
    "disabled": "disable",
    "preferred": "prefer",
    "required": "require",
    "verify_ca": "verify-ca",
    "verify_identity": "verify-full",
}
_SHOWN: Final = 40


def parse_url(text: str) -> DatabaseUrl:
    """
    Raises:
        ConfigError: not a URL of a database that connectors can reach, or a parameter that is not
            allowed. The message never repeats a login.
    """
    scheme, rest = _scheme(text)
    backend = _SCHEMES.get(scheme)
    if backend is None:
        known = ", ".join(sorted({name.partition("+")[0] for name in _SCHEMES}))
        raise ConfigError(f"no driver for {scheme[:_SHOWN]!r} databases; there are: {known}")
    return _sqlite(rest) if backend is Backend.SQLITE else _server(backend, rest)


def _scheme(text: str) -> tuple[str, str]:
    bare = text.strip().removeprefix("jdbc:")
    scheme, colon, rest = bare.partition(":")
    if not colon or any(ord(letter) <= 0x20 for letter in bare):
        raise ConfigError("not a database's URL, such as postgresql://host:5432/database")
    return scheme.lower(), rest


def _sqlite(rest: str) -> DatabaseUrl:
    """``jdbc:sqlite:PATH`` or ``sqlite:///PATH``, relative to the operator's folder."""
    if "?" in rest or "#" in rest:
        raise ConfigError("an SQLite URL takes no parameters")
    path = unquote(rest.removeprefix("///")) if rest.startswith("///") else unquote(rest)
    parts = path.split("/")
    if not path or "\0" in path or path.startswith("/") or ".." in parts or path.startswith(":"):
        raise ConfigError(
            "an SQLite database is named by a path below the operator's folder for files, "
            "such as sqlite:///shop.db"
        )
    return DatabaseUrl(Backend.SQLITE, "", 0, path)


def _server(backend: Backend, rest: str) -> DatabaseUrl:
    try:
        parts = urlsplit(f"//{rest.removeprefix('//')}")
        port = parts.port
    except ValueError as error:
        raise ConfigError("the URL's host or port cannot be read; a port is a number") from error
    host = parts.netloc.rpartition("@")[2]
    host = re.sub(r":\d*\Z", "", host)
    if "," in host:
        raise ConfigError("several hosts in one URL are not supported; name one")
    if not _HOST.fullmatch(host):
        raise ConfigError("the URL names no host, or one that is no host's name or address")
    if parts.fragment:
        raise ConfigError("a database's URL has no fragment (#...)")
    database = unquote(parts.path.removeprefix("/"))
    if not database or "/" in database or "\0" in database:
        raise ConfigError("the URL must name one database: //host:port/DATABASE")
    user, options = _parameters(backend, parts.query)
    return DatabaseUrl(
        backend,
        host.strip("[]"),
        port if port is not None else DEFAULT_PORTS[backend],
        database,
        user or (unquote(parts.username) if parts.username else None),
        unquote(parts.password) if parts.password else None,
        options,
    )


def _parameters(backend: Backend, query: str) -> tuple[str | None, dict[str, str]]:
    user: str | None = None
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        match name:
            case "user":
                user = value
            case "password":
                raise ConfigError("a password does not belong into the URL: connection.password")
            case "sslmode" | "sslMode" | "ssl-mode":
                options["sslmode"] = _ssl_mode(value)
            case "ssl" | "useSSL":
                options.setdefault("sslmode", _ssl_switch(backend, value))
            case "currentSchema" if backend is Backend.POSTGRESQL:
                options["schema"] = value
            case "ApplicationName" | "application_name" if backend is Backend.POSTGRESQL:
                options["application_name"] = value[:63]
            case _:
                raise ConfigError(
                    f"the URL's parameter {name[:_SHOWN]!r} is not one that connectors may set"
                )
    return user, options


def _ssl_mode(value: str) -> str:
    mode = _MYSQL_SSL_MODES.get(value.lower(), value.lower())
    if mode not in SSL_MODES:
        raise ConfigError(f"an SSL mode is one of {', '.join(SSL_MODES)}")
    return mode


def _ssl_switch(backend: Backend, value: str) -> str:
    """``ssl=true`` as the databases' JDBC drivers mean it: PostgreSQL's verifies the server."""
    if value.lower() not in {"true", "false"}:
        raise ConfigError("the URL's ssl is true or false")
    if value.lower() == "false":
        return "disable"
    return "verify-full" if backend is Backend.POSTGRESQL else "require"
