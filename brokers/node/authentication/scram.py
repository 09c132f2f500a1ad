"""SASL SCRAM (RFC 5802, RFC 7677): proof of a secret that never travels.

The server's half, without channel binding. An unknown key is answered with a salt made up from the
pepper, always the same for the same name, so that it cannot be told from a known one.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from hashlib import new as new_hash

from brokers.metadata.records import CredentialRecord, ScramVerifier
from brokers.node.authentication.unknown_login import shown
from brokers.node.authentication.verdicts import Accepted, Challenge, Rejected, Verdict
from brokers.node.authentication.verifiers import HashName, NothingSealed, Unopened, Verifiers
from brokers.node.session import session_of

_DEFAULT_ITERATIONS = 4096
_SALT_BYTES = 16
_NONCE_CHARACTERS_MAX = 256
_CHANNEL_BINDINGS_WE_DO_NOT_HAVE = "n", "y"


def verifier_of(
    hash_name: HashName, salt: bytes, iterations: int, salted_password: bytes
) -> ScramVerifier:
    """What is kept of a password that was salted by somebody else (RFC 5802, section 3)."""
    client_key = hmac.digest(salted_password, b"Client Key", hash_name)
    return ScramVerifier(
        salt=salt,
        iterations=iterations,
        stored_key=new_hash(hash_name, client_key).digest(),
        server_key=hmac.digest(salted_password, b"Server Key", hash_name),
    )


@dataclass(slots=True)
class _Begun:
    """What the first message fixed."""

    verifier: ScramVerifier
    is_known: bool
    fault: str
    """Why nobody can log in by that name here, where it is there; else empty."""
    gs2_header: str
    nonce: str
    messages: str
    """client-first-message-bare , server-first-message"""


class Scram:
    """``server_nonce`` is fresh printable randomness without commas, 16 characters or more."""

    def __init__(
        self,
        hash_name: HashName,
        pepper: bytes,
        server_nonce: str,
        verifiers: Verifiers | None = None,
    ) -> None:
        self._hash = hash_name
        self._pepper = pepper
        self._server_nonce = server_nonce
        self._verifiers: Verifiers = NothingSealed() if verifiers is None else verifiers
        self._begun: _Begun | None = None
        self._key_id: str | None = None

    def key_id(self, message: bytes) -> str | None:
        if self._begun is not None:
            return self._key_id
        first = _parse_first(message)
        return None if first is None else first.user

    def step(self, message: bytes, credential: CredentialRecord | None) -> Verdict:
        if self._begun is None:
            return self._begin(message, credential)
        return self._conclude(self._begun, message, credential)

    def _begin(self, message: bytes, credential: CredentialRecord | None) -> Verdict:
        first = _parse_first(message)
        if first is None:
            return Rejected("malformed SCRAM client-first message")
        if first.authorization_id not in {"", first.user}:
            return Rejected(f"API key {first.user!r} may not act as {first.authorization_id!r}")
        # Made up for whoever comes, so that a known name costs what an unknown one does.
        made_up = self._made_up(first.user)
        known = self._verifiers.opened(credential, self._hash)
        verifier = known if isinstance(known, ScramVerifier) else made_up
        nonce = first.nonce + self._server_nonce
        salt = base64.b64encode(verifier.salt).decode()
        reply = f"r={nonce},s={salt},i={verifier.iterations}"
        self._key_id = first.user
        self._begun = _Begun(
            verifier,
            isinstance(known, ScramVerifier),
            known.reason if isinstance(known, Unopened) else "",
            first.gs2_header,
            nonce,
            f"{first.bare},{reply}",
        )
        return Challenge(reply.encode())

    def _made_up(self, user: str) -> ScramVerifier:
        made_up = hmac.digest(self._pepper, b"salt " + user.encode(), self._hash)
        return ScramVerifier(
            salt=made_up[:_SALT_BYTES],
            iterations=_DEFAULT_ITERATIONS,
            stored_key=made_up,
            server_key=made_up,
        )

    def _conclude(
        self, begun: _Begun, message: bytes, credential: CredentialRecord | None
    ) -> Verdict:
        parsed = _parse_final(message)
        if parsed is None:
            return Rejected("malformed SCRAM client-final message")
        without_proof, binding, nonce, proof = parsed
        if not hmac.compare_digest(nonce.encode(), begun.nonce.encode()):
            return Rejected(f"SCRAM nonce of API key {self._key_id!r} is not the one that was sent")
        if binding != begun.gs2_header.encode():
            return Rejected(f"SCRAM channel binding of API key {self._key_id!r} was changed")
        signed = f"{begun.messages},{without_proof}".encode()
        signature = hmac.digest(begun.verifier.stored_key, signed, self._hash)
        if len(proof) != len(signature):
            return Rejected(f"SCRAM proof of API key {self._key_id!r} has the wrong length")
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        stored_key = new_hash(self._hash, client_key).digest()
        matches = hmac.compare_digest(stored_key, begun.verifier.stored_key)
        if not begun.is_known or credential is None:
            return Rejected(begun.fault or f"unknown API key {shown(self._key_id or '')}")
        if not matches:
            return Rejected(f"wrong secret for API key {self._key_id!r}")
        answer = hmac.digest(begun.verifier.server_key, signed, self._hash)
        return Accepted(session_of(credential), b"v=" + base64.b64encode(answer))


@dataclass(frozen=True, slots=True)
class _First:
    gs2_header: str
    authorization_id: str
    user: str
    nonce: str
    bare: str


def _parse_first(message: bytes) -> _First | None:
    """``n,[a=…],n=USER,r=NONCE``; mandatory extensions (``m=``) and others are not taken."""
    try:
        binding, authorization, bare = message.decode().split(",", 2)
        user_field, nonce_field = bare.split(",")
    except ValueError:
        return None
    user, authorization_id = _name(user_field, "n="), _name(authorization, "a=")
    nonce = nonce_field[2:]
    if (
        binding not in _CHANNEL_BINDINGS_WE_DO_NOT_HAVE
        or not user
        or (authorization and authorization_id is None)
        or not nonce_field.startswith("r=")
        or not _is_nonce(nonce)
    ):
        return None
    header = f"{binding},{authorization},"
    return _First(header, authorization_id or "", user, nonce, bare)


def _parse_final(message: bytes) -> tuple[str, bytes, str, bytes] | None:
    """``c=BINDING,r=NONCE,p=PROOF`` as (all before the proof, binding, nonce, proof)."""
    try:
        text = message.decode("ascii")
        without_proof, proof_field = text.rsplit(",", 1)
        binding_field, nonce_field = without_proof.split(",")
        if not (
            binding_field.startswith("c=")
            and nonce_field.startswith("r=")
            and proof_field.startswith("p=")
        ):
            return None
        binding = base64.b64decode(binding_field[2:], validate=True)
        proof = base64.b64decode(proof_field[2:], validate=True)
    except (ValueError, binascii.Error):
        return None
    return without_proof, binding, nonce_field[2:], proof


def _name(field: str, prefix: str) -> str | None:
    """A saslname: ``=2C`` stands for a comma and ``=3D`` for an equals sign, nothing else does."""
    if not field.startswith(prefix):
        return None
    parts = field[len(prefix) :].split("=")
    if any(part[:2] not in {"2C", "3D"} for part in parts[1:]):
        return None
    return parts[0] + "".join({"2C": ",", "3D": "="}[part[:2]] + part[2:] for part in parts[1:])


def _is_nonce(text: str) -> bool:
    return 0 < len(text) <= _NONCE_CHARACTERS_MAX and all("!" <= c <= "~" for c in text)
