"""How the edge's clients connect: internal listener, SASL OAUTHBEARER, a token per connection."""

from typing import Any, Final

from streaming.records.identity import Identity
from streaming.records.token import IdentityTokens, TokenSigner

REQUEST_TIMEOUT_MS: Final = 35_000
"""More than the longest poll a broker grants (``FETCH_WAIT_MS_MAX``), or polls would be cut off."""

CONNECT_SECONDS: Final = 10
"""For the first answer of a cluster; past it the edge says that no broker can be reached."""


def client_options(
    bootstrap_servers: str, signer: TokenSigner, identity: Identity
) -> dict[str, Any]:
    """Keyword arguments that every aiokafka client of the edge is made with."""
    return {
        "bootstrap_servers": bootstrap_servers,
        "client_id": "headwater-edge",
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_provider": IdentityTokens(signer, identity),
    }
