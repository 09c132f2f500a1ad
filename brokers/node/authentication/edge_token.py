"""SASL OAUTHBEARER (RFC 7628) on the internal listener: the token that the edge signs per login.

The edge holds the private half of an Ed25519 key and no other credential: a token names one tenant,
one principal and what may be done, and lives for a minute at most. Internal listener only.
"""

from collections.abc import Callable
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from brokers.kernel.ids import Principal, TenantId
from brokers.metadata.records import CredentialRecord
from brokers.node.authentication import broker_token
from brokers.node.authentication.verdicts import Accepted, Rejected, Verdict
from brokers.node.session import Scope, Session

ISSUER: Final = "headwater-edge"
AUDIENCE: Final = "headwater-internal"
LIFETIME_SECONDS_MAX: Final = 60
CLOCK_SKEW_SECONDS: Final = 5

_SCOPES: Final = {"read": Scope.READ, "write": Scope.WRITE, "administer": Scope.ADMINISTER}


def load_public_key(pem: str) -> Ed25519PublicKey:
    """Raises ``ValueError`` when the text is not an Ed25519 public key."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"the edge's public key is a {type(key).__name__}, it must be Ed25519")
    return key


class InternalToken:
    """The internal listener's OAUTHBEARER: the edge's token, or another broker's.

    ``now_ms`` is the broker's wall clock: the edge's may differ by ``CLOCK_SKEW_SECONDS``.
    """

    def __init__(
        self, public_key: Ed25519PublicKey, broker_key: bytes, now_ms: Callable[[], int]
    ) -> None:
        self._public_key = public_key
        self._broker_key = broker_key
        self._now_ms = now_ms

    def key_id(self, message: bytes) -> str | None:
        return None

    def step(self, message: bytes, credential: CredentialRecord | None) -> Verdict:
        token = _bearer_token(message)
        if token is None:
            return Rejected("malformed OAUTHBEARER message")
        if _issuer(token) == broker_token.ISSUER:
            return broker_token.judge_broker_token(token, self._broker_key, self._now_ms() // 1000)
        try:
            claims = jwt.decode(
                token,
                self._public_key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={
                    "require": ["iss", "aud", "iat", "exp", "sub"],
                    # Against the broker's clock, below.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidTokenError as error:
            return Rejected(f"edge token refused: {error}")
        fault = _time_fault(claims, self._now_ms() // 1000)
        if fault is not None:
            return Rejected(f"edge token refused: {fault}")
        return _session(claims)


def _issuer(token: str) -> str | None:
    """Who the token says it is from: which key must verify it. Nothing else is believed of it."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.InvalidTokenError:
        return None
    return issuer if isinstance(issuer, str) else None


def _bearer_token(message: bytes) -> str | None:
    """``n,[a=…],^Aauth=Bearer TOKEN^A^A`` with any other key-value pairs ignored."""
    try:
        header, *pairs = message.decode("ascii").split("\x01")
    except UnicodeDecodeError:
        return None
    if not header.startswith("n,") or pairs[-2:] != ["", ""]:
        return None
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name == "auth":
            scheme, _, token = value.partition(" ")
            return token.strip() if scheme.lower() == "bearer" else None
    return None


def _time_fault(claims: dict[str, Any], now: int) -> str | None:
    issued, expires = claims["iat"], claims["exp"]
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        return "iat and exp must be numbers"
    if not 0 < expires - issued <= LIFETIME_SECONDS_MAX:
        return f"it lives for {expires - issued} s, at most {LIFETIME_SECONDS_MAX} are allowed"
    if issued > now + CLOCK_SKEW_SECONDS:
        return "it was issued in the future; compare the clocks of web and broker"
    if expires < now - CLOCK_SKEW_SECONDS:
        return "it has expired"
    return None


def _session(claims: dict[str, Any]) -> Verdict:
    tenant, principal, scopes = claims.get("tenant"), claims["sub"], claims.get("scopes")
    key_id = claims.get("key")
    if (
        not isinstance(tenant, str)
        or not isinstance(principal, str)
        or not principal
        or not isinstance(scopes, list)
        or not all(scope in _SCOPES for scope in scopes)
        or not isinstance(key_id, str | None)
    ):
        return Rejected("edge token refused: tenant, sub, scopes or key is not what it must be")
    scope = Scope(0)
    for name in scopes:
        scope |= _SCOPES[name]
    return Accepted(Session(TenantId(tenant), Principal(principal), scope, key_id))
