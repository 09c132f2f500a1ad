"""SASL OAUTHBEARER with the token that one broker signs to log in to another.

Brokers share a key that nobody else has (HS256): a token names the broker and its incarnation and
lives for a minute. Internal listener only; what such a session may do is to follow partitions.
"""

from typing import Any, Final

import jwt

from brokers.kernel.ids import BrokerId, Incarnation, Principal, TenantId
from brokers.node.authentication.verdicts import Accepted, Rejected, Verdict
from brokers.node.session import Peer, Scope, Session

ISSUER: Final = "headwater-broker"
AUDIENCE: Final = "headwater-internal"
LIFETIME_SECONDS: Final = 60
CLOCK_SKEW_SECONDS: Final = 60
"""Brokers of one cell on hosts whose clocks differ by more have other worries."""

BROKERS: Final = TenantId("brokers")
"""Stands where a session's tenant stands: no tenant has such an id, so no lookup finds anything."""


def broker_token(key: bytes, broker_id: BrokerId, incarnation: Incarnation, now_s: int) -> bytes:
    """A fresh token of this broker."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(broker_id),
        "run": incarnation,
        "iat": now_s,
        "exp": now_s + LIFETIME_SECONDS,
    }
    return jwt.encode(claims, key, algorithm="HS256").encode()


def judge_broker_token(token: str, key: bytes, now_s: int) -> Verdict:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={
                "require": ["iss", "aud", "iat", "exp", "sub"],
                # Against this broker's clock, below.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        broker_id, incarnation = BrokerId(int(claims["sub"])), Incarnation(int(claims["run"]))
        issued, expires = int(claims["iat"]), int(claims["exp"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        return Rejected(f"broker token refused: {error}")
    if not 0 < expires - issued <= LIFETIME_SECONDS:
        return Rejected(f"broker token refused: it lives for {expires - issued} s")
    if not issued - CLOCK_SKEW_SECONDS <= now_s <= expires + CLOCK_SKEW_SECONDS:
        return Rejected(
            f"broker token refused: broker {broker_id}'s clock and this one's differ too much"
        )
    peer = Peer(broker_id, incarnation)
    return Accepted(Session(BROKERS, Principal(f"Broker:{broker_id}"), Scope(0), None, peer))
