"""SASL PLAIN (RFC 4616): an API key and its secret in one message."""

import hmac
from hashlib import sha256

from brokers.metadata.records import CredentialRecord
from brokers.node.authentication.unknown_login import shown
from brokers.node.authentication.verdicts import Accepted, Rejected, Verdict
from brokers.node.session import session_of

_FIELDS = 3
_NOBODY = bytes(sha256().digest_size)


def plain_verifier(pepper: bytes, secret: str) -> bytes:
    """What is stored instead of a secret: 32 bytes. Secrets have 256 random bits, so that one fast
    keyed hash is enough; the pepper is not in the database."""
    return hmac.digest(pepper, secret.encode(), "sha256")


class Plain:
    """``authzid NUL authcid NUL password``; the first is empty or the same as the second."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def key_id(self, message: bytes) -> str | None:
        fields = _fields(message)
        return None if fields is None else fields[1]

    def step(self, message: bytes, credential: CredentialRecord | None) -> Verdict:
        fields = _fields(message)
        if fields is None:
            return Rejected("malformed PLAIN message")
        authorization_id, key_id, secret = fields
        # An unknown key costs the same work as a wrong secret.
        expected = None if credential is None else credential.plain_verifier
        matches = hmac.compare_digest(plain_verifier(self._pepper, secret), expected or _NOBODY)
        if credential is None:
            return Rejected(f"unknown API key {shown(key_id)}")
        if expected is None:
            return Rejected(f"{key_id!r} is a SCRAM user, and logs in by SCRAM only")
        if not matches:
            return Rejected(f"wrong secret for API key {key_id!r}")
        if authorization_id not in {"", key_id}:
            return Rejected(f"API key {key_id!r} may not act as {authorization_id!r}")
        return Accepted(session_of(credential))


def _fields(message: bytes) -> tuple[str, str, str] | None:
    try:
        fields = message.decode().split("\0")
    except UnicodeDecodeError:
        return None
    return (fields[0], fields[1], fields[2]) if len(fields) == _FIELDS and fields[1] else None
