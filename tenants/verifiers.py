"""API secrets, and what is kept of them instead.

A secret is 256 random bits, so a fast keyed hash is enough to keep of it for PLAIN (nothing can
be guessed); SCRAM's own verifiers follow RFC 5802 and RFC 7677. Nothing here can be turned back.
"""

import hashlib
import hmac
import secrets
import string
from typing import Any, Final

KEY_PREFIX: Final = "HW"
KEY_CHARACTERS: Final = 14
BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

SECRET_ALPHABET: Final = string.ascii_letters + string.digits
"""Letters and digits only: a secret survives every shell, URL and connection string unquoted."""
SECRET_CHARACTERS: Final = 43
"""The fewest of 62 different characters that hold 256 bits."""

SCRAM_ITERATIONS: Final = 4096
"""RFC 7677's minimum and what Kafka clients accept. More would only slow logins down: iterations
protect passwords that can be guessed."""

SALT_BYTES: Final = 16


def new_key_id() -> str:
    """70 random bits, base32, after ``HW``."""
    return KEY_PREFIX + "".join(secrets.choice(BASE32) for _ in range(KEY_CHARACTERS))


def new_secret() -> str:
    return "".join(secrets.choice(SECRET_ALPHABET) for _ in range(SECRET_CHARACTERS))


def make_verifiers(secret: str, pepper: bytes) -> dict[str, Any]:
    """Everything that is stored of ``secret``, as JSON; bytes are hexadecimal."""
    return {
        "plain_verifier": plain_verifier(secret, pepper).hex(),
        "scram_sha_256": _scram_verifier(secret, "sha256"),
        "scram_sha_512": _scram_verifier(secret, "sha512"),
    }


def plain_verifier(secret: str, pepper: bytes) -> bytes:
    """HMAC-SHA-256 of the secret under the deployment's pepper, 32 bytes."""
    return hmac.digest(pepper, secret.encode(), "sha256")


def plain_matches(secret: str, verifiers: dict[str, Any], pepper: bytes) -> bool:
    """Whether ``secret`` is the one; takes the same time either way."""
    kept = bytes.fromhex(verifiers["plain_verifier"])
    return hmac.compare_digest(plain_verifier(secret, pepper), kept)


def _scram_verifier(secret: str, algorithm: str) -> dict[str, Any]:
    # SASLprep changes nothing in a secret: its letters and digits are ASCII.
    salt = secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac(algorithm, secret.encode(), salt, SCRAM_ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", algorithm)
    return {
        "salt": salt.hex(),
        "iterations": SCRAM_ITERATIONS,
        "stored_key": hashlib.new(algorithm, client_key).hexdigest(),
        "server_key": hmac.digest(salted, b"Server Key", algorithm).hex(),
    }
