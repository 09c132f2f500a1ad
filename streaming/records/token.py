"""The edge's login to the brokers: a signed token that names whom it speaks for.

The edge holds no password and no superuser. It signs a JSON Web Token (RFC 7519, EdDSA by RFC 8037)
for each new connection; brokers verify it on their internal listener (SASL OAUTHBEARER, RFC 7628).
"""

import time
from collections.abc import Callable
from typing import Final

import jwt
from aiokafka.abc import AbstractTokenProvider
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from streaming.records.identity import Identity

ISSUER: Final = "headwater-edge"
AUDIENCE: Final = "headwater-internal"
LIFETIME_SECONDS: Final = 60
"""Long enough for one login; a stolen token is worthless before anyone can use it twice."""


class TokenSigner:
    """Signs tokens with the deployment's Ed25519 key (PEM, PKCS 8).

    Raises ``ValueError`` for a key of another kind.
    """

    def __init__(self, private_key_pem: str, wall_clock: Callable[[], float] = time.time) -> None:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the edge's token key is not an Ed25519 private key (PEM, PKCS 8)")
        self._key = key
        self._wall_clock = wall_clock

    def sign(self, identity: Identity) -> str:
        """A compact token for ``identity`` that expires ``LIFETIME_SECONDS`` from now."""
        issued_at = int(self._wall_clock())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": issued_at,
            "exp": issued_at + LIFETIME_SECONDS,
            "tenant": identity.tenant_id,
            "sub": identity.principal,
            "scopes": sorted(identity.scopes),
        }
        if identity.key_id is not None:
            claims["key"] = identity.key_id
        return jwt.encode(claims, self._key, algorithm="EdDSA")


class IdentityTokens(AbstractTokenProvider):  # type: ignore[misc]
    """Gives aiokafka a fresh token of one identity for every connection it opens."""

    def __init__(self, signer: TokenSigner, identity: Identity) -> None:
        self._signer = signer
        self._identity = identity

    async def token(self) -> str:
        return self._signer.sign(self._identity)
