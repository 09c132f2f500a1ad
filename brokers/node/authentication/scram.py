"""SASL SCRAM (RFC 5802, RFC 7677): proof of a secret that never travels.

The server's half, without channel binding. An unknown key is answered with a salt and iterations
that are made up from the pepper (``made_up.py``), so that it cannot be told from a known one.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import new as new_hash

from brokers.metadata.records import CredentialRecord, ScramVerifier
from brokers.metadata.scram_shapes import ScramShapes
from brokers.node.authentication.made_up import made_up
from brokers.node.authentication.unknown_login import is_scram_user, shown
from brokers.node.authentication.verdicts import Accepted, Challenge, Rejected, Verdict
from brokers.node.authentication.verifiers import HashName, NothingSealed, Unopened, Verifiers
from brokers.node.session import session_of

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
        shapes: Mapping[str, ScramShapes] | None = None,
    ) -> None:
        self._hash = hash_name
        self._pepper = pepper
        self._server_nonce = server_nonce
        self._verifiers: Verifiers = NothingSealed() if verifiers is None else verifiers
        self._shapes = {} if shapes is None else shapes
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
        stand_in = self._made_up(first.user)
        known = self._verifiers.opened(credential, self._hash)
        verifier = known if isinstance(known, ScramVerifier) else stand_in
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
        known = self._shapes.get(self._hash) if is_scram_user(user) else None
        shapes = {} if known is None else known.of(user.rpartition("@")[2])
        return made_up(self._pepper, self._hash, user, shapes)

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
