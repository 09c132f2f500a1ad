"""How the edge's clients come in at the brokers: internal listener, a signed token per connection
(SASL OAUTHBEARER) and, where the deployment has them, certificates."""

import ssl
from dataclasses import dataclass
from typing import Any, Final

from brokers.certificates.holder import ANY_BROKER, EDGE
from streaming.cell.instance import Instance
from streaming.records.identity import Identity
from streaming.records.token import IdentityTokens, TokenSigner

REQUEST_TIMEOUT_MS: Final = 35_000
"""More than the longest poll a broker grants (``FETCH_WAIT_MS_MAX``), or polls would be cut off."""

CONNECT_SECONDS: Final = 10
"""For the first answer of a cluster; past it the edge says that no broker can be reached."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """What one process needs to reach the brokers in the name of any tenant."""

    bootstrap_servers: str
    signer: TokenSigner
    tls: ssl.SSLContext | None
    """Wants a broker at the other end, whichever; None where the listener has no TLS."""


def way_in(instance: Instance) -> WayIn:
    """Raises ``AuthoritiesUnreadable``."""
    mutual_tls = instance.mutual_tls(EDGE)
    return WayIn(
        instance.internal_bootstrap_servers,
        TokenSigner(instance.secrets.edge_token_key),
        None if mutual_tls is None else mutual_tls.lasting_client_context(ANY_BROKER),
    )


def client_options(way: WayIn, identity: Identity) -> dict[str, Any]:
    """Keyword arguments that every aiokafka client of the edge is made with."""
    return {
        "bootstrap_servers": way.bootstrap_servers,
        "client_id": "headwater-edge",
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "security_protocol": "SASL_PLAINTEXT" if way.tls is None else "SASL_SSL",
        "ssl_context": way.tls,
        "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_provider": IdentityTokens(way.signer, identity),
    }
