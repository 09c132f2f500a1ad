"""Secrets at rest that must be read again: sealed by AES-256-GCM (NIST SP 800-38D).

``v1.KEY.BOX``: which key, and nonce and ciphertext in base64url. What is sealed is bound to its
owner, so that a box in another's row does not open. The deployment has a ring of keys, each of
which opens (``streaming/cell/connector_keys.py``); of a ring given here the first seals.
"""

import base64
import hashlib
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION: Final = "v1"
NONCE_BYTES: Final = 12
KEY_NAME_CHARACTERS: Final = 8


class SealBroken(Exception):
    """A box that no key of the deployment opens, or not for this owner."""


class RingUnreadable(Exception):
    """The file of keys cannot be read, or was not made by us."""


def seal(plain: bytes, owner: bytes, ring: Sequence[bytes]) -> str:
    """The text to keep. ``owner`` is what the box is bound to; no two owners have the same."""
    nonce = os.urandom(NONCE_BYTES)
    box = nonce + AESGCM(ring[0]).encrypt(nonce, plain, owner)
    return f"{VERSION}.{key_name(ring[0])}.{base64.urlsafe_b64encode(box).decode()}"


def unseal(sealed: str, owner: bytes, ring: Sequence[bytes], *, what: str) -> bytes:
    """What was sealed. Raises ``SealBroken``, which says so of ``what``: several things, named."""
    version, _, rest = sealed.partition(".")
    name, _, box = rest.partition(".")
    key = next((key for key in ring if key_name(key) == name), None)
    if version != VERSION or key is None:
        raise SealBroken(
            f"{what} were sealed with key {name!r}, which this deployment does not have; give it "
            "that key again, or set them anew"
        )
    try:
        raw = base64.urlsafe_b64decode(box)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner)
    except (ValueError, InvalidTag) as error:
        raise SealBroken(f"{what} are not what was sealed") from error


def key_of(sealed: str) -> str:
    """What the box calls its key; empty for none."""
    return sealed.removeprefix(f"{VERSION}.").partition(".")[0]


def key_name(key: bytes) -> str:
    """What a box calls its key; tells nothing of it."""
    return hashlib.sha256(b"connector key " + key).hexdigest()[:KEY_NAME_CHARACTERS]
