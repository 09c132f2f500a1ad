"""What one deployment is: where it keeps its data, where it listens, which stores it uses.

Every process learns it the same way: the environment first, then ``instance.json`` and
``secrets.json`` in the data folder, then defaults. ``up`` writes those two files; in containers the
environment says it all.
"""

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from brokers.certificates.holder import Holder
from brokers.certificates.mutual_tls import MutualTls
from brokers.certificates.ring import Ring
from streaming.cell import secrets as secrets_file
from streaming.cell.connector_keys import read_ring
from streaming.cell.defaults import (
    DEFAULT_BROKERS,
    DEFAULT_CONNECT_WORKERS,
    DEFAULT_DATA_DIR,
    DEFAULT_HTTP_PORT,
    DEFAULT_KAFKA_PORT,
    INTERNAL_PORT_OFFSET,
    LOOPBACK,
    METRICS_PORT_OFFSET,
    PORT_MAX,
)
from streaming.cell.failure import ConfigurationError
from streaming.cell.internal_authorities import read_authorities
from streaming.cell.plan import is_loopback
from streaming.cell.secrets import Secrets


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where one broker listens. ``port`` is for clients; the other two are for the cell itself."""

    id: int
    host: str
    port: int
    internal_host: str
    internal_port: int
    metrics_port: int
    volume: Path


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the authority to trust, and the server's certificate chain and key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Instance:
    """One deployment. ``id`` names it among others on the same machine (cookies, Redis keys)."""

    id: str
    data_dir: Path
    brokers: int
    connect_workers: int
    """How many run on this machine; it has nothing to do with how many the cell has."""
    http_port: int
    kafka_port: int
    bind_host: str
    """The address that the external listener and the web server bind."""
    advertised_host: str
    """The name that clients are told to connect to."""
    internal_bind_host: str
    internal_host: str
    """The name under which the brokers reach this process's internal listener."""
    internal_bootstrap: str
    """The internal listeners when they stand on several hosts; empty on one machine."""
    internal_tls: bool
    """Whether brokers and the edge show each other certificates on the internal listener."""
    network_bootstrap: str
    """``host:port`` of each broker's second listener for clients, broker 1 first: for clients in
    the deployment's own network, where the external addresses do not lead. Empty: there is none."""
    tls: bool
    connections_max_reauth_ms: int
    """A Kafka client authenticates again by then or is cut off; 0 for as long as its key lasts."""
    group_consumer_session_timeout_ms: int
    """After which a silent member leaves its KIP-848 group, where the broker says so and not the
    client."""
    group_consumer_heartbeat_interval_ms: int
    """How often such members are told to speak."""
    demo: bool
    database_url: str
    """The service role: no ownership, no BYPASSRLS."""
    database_owner_url: str
    """The owner of the schema: migrations only."""
    redis_url: str
    embedded_database: bool
    embedded_redis: bool
    secrets: Secrets
    connector_keys_file: Path | None
    """Where the keys are that secrets and SCRAM users' verifiers are sealed with, and the
    authorities of internal certificates, for all processes of the cell alike; None where there is
    nothing but what ``secrets`` give."""

    @classmethod
    def load(
        cls, data_dir: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> "Instance":
        """Read the deployment; raises ``ConfigurationError`` when a value is not usable.

        ``environment`` is ``os.environ`` unless given. A folder without ``instance.json`` gives the
        defaults with secrets that last as long as the process: enough where no store is touched.
        """
        env = os.environ if environment is None else environment
        folder = data_dir or Path(env.get("HEADWATER_DATA_DIR", DEFAULT_DATA_DIR))
        return _assemble(folder.resolve(), env)

    @property
    def tls_files(self) -> TlsFiles | None:
        """The certificate files, or None when the deployment speaks plaintext."""
        if not self.tls:
            return None
        folder = self.data_dir / "tls"
        return TlsFiles(folder / "ca.pem", folder / "server.pem", folder / "server.key")

    @property
    def security_protocol(self) -> str:
        """Kafka's name for what the external listener speaks."""
        return "SASL_SSL" if self.tls else "SASL_PLAINTEXT"

    @property
    def http_url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{_in_url(self.advertised_host)}:{self.http_port}"

    @property
    def bootstrap_servers(self) -> str:
        addresses = (self.broker(number) for number in range(1, self.brokers + 1))
        return ",".join(f"{_in_url(address.host)}:{address.port}" for address in addresses)

    @property
    def internal_bootstrap_servers(self) -> str:
        """Where the edge reaches the brokers."""
        if self.internal_bootstrap:
            return self.internal_bootstrap
        addresses = (self.broker(number) for number in range(1, self.brokers + 1))
        return ",".join(f"{_in_url(each.internal_host)}:{each.internal_port}" for each in addresses)

    @property
    def network_addresses(self) -> dict[int, tuple[str, int]]:
        """Host and port of each broker's second listener for clients, by broker; often empty."""
        given = filter(None, self.network_bootstrap.split(","))
        return {number: _address(each) for number, each in enumerate(given, 1)}

    @property
    def nearest_bootstrap_servers(self) -> str:
        """Where the deployment's own clients of the Kafka protocol begin: connectors' tasks."""
        return self.network_bootstrap or self.bootstrap_servers

    def connector_keys(self) -> tuple[bytes, ...]:
        """The ring as it is now, newest first. Raises ``KeysUnreadable``."""
        return read_ring(self.connector_keys_file, self.secrets.first_connector_key)

    def authorities(self) -> Ring:
        """Whose internal certificates are trusted now. Raises ``AuthoritiesUnreadable``."""
        return read_authorities(self.connector_keys_file, self.secrets.first_authority_seed)

    def mutual_tls(self, holder: Holder) -> MutualTls | None:
        """What ``holder`` shows and asks for on the internal listener; None where tokens have to
        do. Raises ``AuthoritiesUnreadable``."""
        return MutualTls(holder, self.authorities) if self.internal_tls else None

    def broker(self, number: int) -> BrokerAddress:
        """Where broker ``number`` (from 1) listens and keeps its partitions."""
        first = self.kafka_port + number - 1
        return BrokerAddress(
            id=number,
            host=self.advertised_host,
            port=first,
            internal_host=self.internal_host,
            internal_port=first + INTERNAL_PORT_OFFSET,
            metrics_port=first + METRICS_PORT_OFFSET,
            volume=self.data_dir / "volumes" / str(number),
        )


def _assemble(folder: Path, env: Mapping[str, str]) -> Instance:
    recorded = _read_record(folder / "instance.json")
    database_url, redis_url = env.get("DATABASE_URL", ""), env.get("REDIS_URL", "")
    secrets = _secrets(folder, env)
    bind_host = env.get("HEADWATER_HOST") or recorded.get("bind_host", LOOPBACK)
    advertised_host = env.get("HEADWATER_ADVERTISED_HOST") or recorded.get("advertised_host")
    session_ms, heartbeat_ms = _group_times(env, recorded)
    return Instance(
        id=env.get("HEADWATER_INSTANCE_ID") or recorded.get("id", "unset"),
        data_dir=folder,
        brokers=_integer(env, recorded, "brokers", DEFAULT_BROKERS),
        connect_workers=_integer(env, recorded, "connect_workers", DEFAULT_CONNECT_WORKERS),
        http_port=_integer(env, recorded, "http_port", DEFAULT_HTTP_PORT),
        kafka_port=_integer(env, recorded, "kafka_port", DEFAULT_KAFKA_PORT),
        bind_host=bind_host,
        advertised_host=advertised_host or bind_host,
        internal_bind_host=env.get("HEADWATER_INTERNAL_BIND_HOST", LOOPBACK),
        internal_host=env.get("HEADWATER_INTERNAL_HOST", LOOPBACK),
        internal_bootstrap=env.get("HEADWATER_INTERNAL_BOOTSTRAP", ""),
        internal_tls=_internal_tls(env, recorded),
        network_bootstrap=_network_bootstrap(env),
        tls=_boolean(env, recorded, "tls"),
        connections_max_reauth_ms=_integer(env, recorded, "connections_max_reauth_ms", 0),
        group_consumer_session_timeout_ms=session_ms,
        group_consumer_heartbeat_interval_ms=heartbeat_ms,
        demo=_boolean(env, recorded, "demo"),
        database_url=database_url
        or _embedded_database_url(recorded, "headwater_service", secrets.database_service_password),
        database_owner_url=env.get("DATABASE_OWNER_URL", "")
        or database_url
        or _embedded_database_url(recorded, "headwater", secrets.database_owner_password),
        redis_url=redis_url or _embedded_redis_url(recorded, secrets.redis_password),
        embedded_database=not database_url,
        embedded_redis=not redis_url,
        secrets=secrets,
        connector_keys_file=_connector_keys_file(folder, env),
    )


def new_instance_id() -> str:
    """A name for a deployment that no other deployment has."""
    return uuid.uuid4().hex


def _embedded_database_url(recorded: Mapping[str, Any], role: str, password: str) -> str:
    port = recorded.get("database_port", 5432)
    return f"postgresql://{role}:{quote(password)}@{LOOPBACK}:{port}/headwater"


def _embedded_redis_url(recorded: Mapping[str, Any], password: str) -> str:
    return f"redis://:{quote(password)}@{LOOPBACK}:{recorded.get('redis_port', 6379)}/0"


def _secrets(folder: Path, env: Mapping[str, str]) -> Secrets:
    given = env.get("HEADWATER_SECRET_KEY")
    if given:
        return secrets_file.derive(given)
    try:
        kept = secrets_file.read(folder / "secrets.json")
    except (ValueError, OSError) as error:
        raise ConfigurationError(f"The deployment's secrets cannot be read: {error}") from error
    if kept is None and env.get("DATABASE_URL"):
        raise ConfigurationError(
            "DATABASE_URL is set but HEADWATER_SECRET_KEY is not, and "
            f"{folder / 'secrets.json'} does not exist. Give every process of the deployment the "
            "same HEADWATER_SECRET_KEY, or the same data folder."
        )
    return kept or secrets_file.generate()


def _connector_keys_file(folder: Path, env: Mapping[str, str]) -> Path | None:
    """Beside the other secrets, or where the environment says. Where that gives the secrets and
    names no file there is none: each container would have a folder, and so a file, of its own."""
    named = env.get("HEADWATER_CONNECTOR_KEYS_FILE")
    if named:
        return Path(named)
    beside = folder / "secrets.json"
    return beside if not env.get("HEADWATER_SECRET_KEY") and beside.exists() else None


def _network_bootstrap(env: Mapping[str, str]) -> str:
    given = ",".join(part.strip() for part in env.get("HEADWATER_NETWORK_BOOTSTRAP", "").split(","))
    for each in filter(None, given.split(",")):
        _address(each)
    return given


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= PORT_MAX:
        raise ConfigurationError(
            f"HEADWATER_NETWORK_BOOTSTRAP has {text!r}; it must be host:port for each broker, "
            "broker 1 first, by comma."
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise ConfigurationError(f"{path} holds no JSON object; it was not written by `up`.")
    return record


def _integer(env: Mapping[str, str], recorded: Mapping[str, Any], key: str, default: int) -> int:
    variable = f"HEADWATER_{key.upper()}"
    text = env.get(variable)
    if text is None:
        return int(recorded.get(key, default))
    try:
        return int(text)
    except ValueError:
        raise ConfigurationError(f"{variable} is {text!r}; it must be a whole number.") from None


def _group_times(env: Mapping[str, str], recorded: Mapping[str, Any]) -> tuple[int, int]:
    session_ms = _integer(env, recorded, "group_consumer_session_timeout_ms", 45_000)
    heartbeat_ms = _integer(env, recorded, "group_consumer_heartbeat_interval_ms", 5_000)
    if not 0 < heartbeat_ms < session_ms:
        raise ConfigurationError(
            f"HEADWATER_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS is {heartbeat_ms} and "
            f"HEADWATER_GROUP_CONSUMER_SESSION_TIMEOUT_MS {session_ms}; members that speak less "
            "often than that would all be lost: the first must be above 0 and below the second."
        )
    return session_ms, heartbeat_ms


def _boolean(env: Mapping[str, str], recorded: Mapping[str, Any], key: str) -> bool:
    variable = f"HEADWATER_{key.upper()}"
    text = env.get(variable)
    if text is None:
        return bool(recorded.get(key, False))
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ConfigurationError(f"{variable} is {text!r}; it must be true or false.")


def _internal_tls(env: Mapping[str, str], recorded: Mapping[str, Any]) -> bool:
    """Always where others can connect; on loopback, where only this machine can, if wanted."""
    bootstrap = env.get("HEADWATER_INTERNAL_BOOTSTRAP", "").split(",")
    hosts = [each.strip().rpartition(":")[0] for each in bootstrap if each.strip()]
    hosts.append(env.get("HEADWATER_INTERNAL_BIND_HOST", LOOPBACK))
    exposed = [host for host in hosts if not is_loopback(host.strip("[]"))]
    wanted = _boolean(env, recorded, "internal_tls")
    if exposed and not wanted and env.get("HEADWATER_INTERNAL_TLS") is not None:
        raise ConfigurationError(
            f"HEADWATER_INTERNAL_TLS is {env['HEADWATER_INTERNAL_TLS']!r}, but the internal "
            f"listener is at {exposed[0]}, where others can connect, and is never without TLS "
            "there. Remove one of the two."
        )
    return wanted or bool(exposed)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
