"""What one broker process is told at its start. Nothing here changes while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from brokers.certificates.mutual_tls import MutualTls
from brokers.kernel.ids import BrokerId


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of the listeners for clients: certificate chain and key."""

    certificate: Path
    key: Path


class ListenerName(Enum):
    """Which of a broker's sockets somebody came by: it decides where others are said to be."""

    EXTERNAL = "EXTERNAL"
    NETWORK = "NETWORK"
    """For clients too, where the external addresses do not lead: among containers, for one."""
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """Where to bind, and the address that others are told to connect to.

    ``port`` 0 binds a free port; ``advertised_port`` 0 advertises the one that was bound.
    """

    host: str
    port: int
    advertised_host: str
    advertised_port: int
    tls: TlsFiles | None = None

    @property
    def security_protocol(self) -> str:
        """What a client of this listener has to speak, as Kafka names it."""
        return "SASL_PLAINTEXT" if self.tls is None else "SASL_SSL"


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One broker. Times are seconds."""

    broker_id: BrokerId
    external: ListenerConfig
    """For clients: SASL PLAIN and SCRAM."""
    internal: ListenerConfig
    """For brokers and the edge only: SASL OAUTHBEARER with the edge's token."""
    metrics_host: str
    metrics_port: int
    volume: Path
    verifier_pepper: bytes
    """Key of the HMAC that makes an API secret's PLAIN verifier; the same in the whole cell."""
    edge_public_key_pem: str
    """Ed25519 public key, PEM: the edge holds the private half and signs its tokens with it."""
    broker_token_key: bytes
    """Brokers sign the tokens with it by which they log in to each other; nobody else has it."""
    mutual_tls: MutualTls | None = None
    """Of the internal listener and of connections to others'; None where tokens have to do."""
    network: ListenerConfig | None = None
    """For clients in the deployment's own network, who may do there what they may do outside."""
    network_addresses: Mapping[BrokerId, tuple[str, int]] = field(default_factory=dict)
    """Where each broker's ``network`` listener is; a broker that is missing is said to be at its
    external address."""
    rack: str | None = None
    heartbeat_interval_s: float = 0.5
    session_timeout_s: float = 3.0
    """A broker whose heartbeats did not rise for this long is fenced."""
    metrics_interval_s: float = 5.0
    figures_interval_s: float = 5.0
    """Figures are read at the wall clock's multiples of it, by all brokers at once."""
    retention_interval_s: float = 30.0
    compaction_interval_s: float = 15.0
    """Kafka's ``log.cleaner.backoff.ms``."""
    scrub_interval_s: float = 60.0
    session_lifetime_ms: int = 0
    """Kafka's ``connections.max.reauth.ms``: a client that has not authenticated again by then is
    not served any more. 0: sessions go on until their key ends, which cuts them within seconds."""
    initial_rebalance_delay_ms: int = 1_000
    """Kafka's ``group.initial.rebalance.delay.ms``, a third of its default: a new group's first
    members wait so long for more of them."""
    consumer_session_timeout_ms: int = 45_000
    """Kafka's ``group.consumer.session.timeout.ms``."""
    consumer_heartbeat_interval_ms: int = 5_000
    """Kafka's ``group.consumer.heartbeat.interval.ms``."""
