"""What source and sink are both told of the database: keys, and typed values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connect.connectors.database_tls import (
    SSL_MODES,
    VERIFYING,
    ClientCertificate,
    certificates,
    client_certificate,
    private_key,
    ssl_mode,
)
from connect.connectors.jdbc.url import Backend, DatabaseUrl, parse_url
from connect.connectors.pem import pem_text
from connect.spi.config import (
    REQUIRED,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    Password,
    Width,
    at_least,
    between,
    invalid,
    one_of,
)
from connect.spi.egress import Target
from connect.spi.errors import ConfigError

DATABASE: Final = "Database"


def key(  # noqa: PLR0917 (the columns of a table)
    name: str,
    type_: ConfigType,
    default: Any,
    doc: str,
    group: str,
    importance: Importance = Importance.MEDIUM,
    **more: Any,
) -> ConfigKey:
    width = more.pop("width", Width.MEDIUM)
    return ConfigKey(name, type_, default, importance, doc, group, width=width, **more)


def _url(name: str, value: Any) -> None:
    try:
        parse_url(value)
    except ConfigError as error:
        # The value itself may have a login in it.
        raise ConfigError(f"Invalid value for configuration {name}: {error}") from None


def _zone(name: str, value: Any) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(name, value, "not a time zone's name, such as Europe/Berlin") from None


CONNECTION: Final = ConfigDef(
    (
        key(
            "connection.url",
            ConfigType.STRING,
            REQUIRED,
            "The database: jdbc:postgresql://host:5432/name, mysql://host/name, "
            "mariadb://host/name or sqlite:///path.",
            DATABASE,
            Importance.HIGH,
            width=Width.LONG,
            validator=_url,
            names_target=True,
        ),
        key("connection.user", ConfigType.STRING, None, "Who logs in.", DATABASE, Importance.HIGH),
        key(
            "connection.password",
            ConfigType.PASSWORD,
            None,
            "The user's password.",
            DATABASE,
            Importance.HIGH,
        ),
        key(
            "connection.ssl.mode",
            ConfigType.STRING,
            None,
            "How the connection is secured; verify-full also checks the server's certificate and "
            "name. What the URL says is the default, else verify-full with connection.ssl.ca or a "
            "certificate, else prefer.",
            DATABASE,
            validator=one_of(*SSL_MODES),
            names_target=True,
        ),
        key(
            "connection.ssl.ca",
            ConfigType.STRING,
            None,
            "Certificates, in PEM form, of the authorities that the server's is verified with.",
            DATABASE,
            Importance.LOW,
            width=Width.LONG,
            validator=certificates,
            names_target=True,
        ),
        key(
            "connection.ssl.certificate",
            ConfigType.STRING,
            None,
            "The certificate to log in with, in PEM form, and those between it and its authority.",
            DATABASE,
            Importance.LOW,
            width=Width.LONG,
            validator=certificates,
            # Without it, and with no mode, a server is not verified.
            names_target=True,
        ),
        key(
            "connection.ssl.key",
            ConfigType.PASSWORD,
            None,
            "The certificate's private key, in PEM form, without a password.",
            DATABASE,
            Importance.LOW,
            width=Width.LONG,
            validator=private_key,
        ),
        key(
            "connection.timeout.ms",
            ConfigType.INT,
            10_000,
            "How long to wait for a connection.",
            DATABASE,
            Importance.LOW,
            validator=between(100, 60_000),
        ),
        key(
            "connection.attempts",
            ConfigType.INT,
            3,
            "How often to try to connect before the task says that it cannot.",
            DATABASE,
            Importance.LOW,
            validator=between(1, 100),
        ),
        key(
            "connection.backoff.ms",
            ConfigType.LONG,
            1_000,
            "How long to wait between two attempts to connect.",
            DATABASE,
            Importance.LOW,
            validator=at_least(1),
        ),
        key(
            "db.timezone",
            ConfigType.STRING,
            "UTC",
            "The time zone of timestamps that the database keeps without one.",
            DATABASE,
            validator=_zone,
        ),
    )
)


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """``ca`` is PEM text; seconds are above 0."""

    url: DatabaseUrl
    user: str | None
    password: str | None = field(repr=False)
    ssl_mode: str
    ca: str | None
    certificate: ClientCertificate | None
    timeout_seconds: float
    attempts: int
    backoff_seconds: float
    zone: ZoneInfo

    @classmethod
    def of(cls, config: Config) -> "ConnectionSettings":
        """Raises ``ConfigError`` for a URL that is none, authorities that nothing is verified with,
        and a certificate and a key that do not go together."""
        url = parse_url(config["connection.url"])
        given: str | None = config["connection.ssl.mode"]
        mode = given.lower() if given else url.options.get("sslmode")
        password: Password | None = config["connection.password"]
        ca: str | None = config["connection.ssl.ca"]
        certificate = client_certificate(
            "connection.ssl.certificate", config["connection.ssl.certificate"],
            "connection.ssl.key", config["connection.ssl.key"],
        )  # fmt: skip
        return cls(
            url=url,
            user=config["connection.user"] or url.user,
            password=password.secret if password is not None else url.password,
            ssl_mode=ssl_mode("connection.ssl.mode", mode, ca, certificate),
            ca=pem_text(ca) if ca else None,
            certificate=certificate,
            timeout_seconds=config["connection.timeout.ms"] / 1000,
            attempts=config["connection.attempts"],
            backoff_seconds=config["connection.backoff.ms"] / 1000,
            zone=ZoneInfo(config["db.timezone"]),
        )

    @property
    def verifies(self) -> bool:
        return self.ssl_mode in VERIFYING

    @property
    def targets(self) -> list[Target]:
        if self.url.backend is Backend.SQLITE:
            return []
        return [Target(self.url.host, self.url.port)]


def choice(config: Mapping[str, Any], name: str) -> str:
    """The value of a key with ``one_of``, in lower case."""
    return str(config[name]).lower()
