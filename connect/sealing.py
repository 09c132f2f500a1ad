"""Secrets of connectors' configs at rest: sealed by AES-256-GCM (NIST SP 800-38D).

``v1.KEY.BOX``: which key, and nonce and ciphertext in base64url. What is sealed is bound to its
connector, so that a box in another's row does not open. The deployment has a ring of keys, each of
which opens (``streaming/cell/connector_keys.py``); of a ring given here the first seals.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION: Final = "v1"
NONCE_BYTES: Final = 12
KEY_NAME_CHARACTERS: Final = 8


class SealBroken(Exception):
    """A box that no key of the deployment opens, or not for this connector."""


def seal(secrets: Mapping[str, str], connector: UUID, ring: Sequence[bytes]) -> str:
    """The text to keep; empty for no secrets."""
    if not secrets:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(dict(secrets), sort_keys=True).encode()
    box = nonce + AESGCM(ring[0]).encrypt(nonce, plain, connector.bytes)
    return f"{VERSION}.{key_name(ring[0])}.{base64.urlsafe_b64encode(box).decode()}"


def unseal(sealed: str, connector: UUID, ring: Sequence[bytes]) -> dict[str, str]:
    """The secrets by name. Raises ``SealBroken``."""
    if not sealed:
        return {}
    version, _, rest = sealed.partition(".")
    name, _, box = rest.partition(".")
    key = next((key for key in ring if key_name(key) == name), None)
    if version != VERSION or key is None:
        raise SealBroken(
            f"connector {connector}'s secrets were sealed with key {name!r}, which this deployment "
            "does not have; give it that key again, or the connector its secrets"
        )
    try:
        raw = base64.urlsafe_b64decode(box)
        plain = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], connector.bytes)
    except (ValueError, InvalidTag) as error:
        raise SealBroken(f"connector {connector}'s secrets are not what was sealed") from error
    return dict(json.loads(plain))


def key_of(sealed: str) -> str:
    """What the box calls its key; empty for no secrets."""
    return sealed.removeprefix(f"{VERSION}.").partition(".")[0]


def sealed_anew(sealed: str, connector: UUID, ring: Sequence[bytes]) -> str:
    """The same secrets under the ring's first key. Raises ``SealBroken``."""
    return seal(unseal(sealed, connector, ring), connector, ring)


def key_name(key: bytes) -> str:
    """What a box calls its key; tells nothing of it."""
    return hashlib.sha256(b"connector key " + key).hexdigest()[:KEY_NAME_CHARACTERS]
