"""Signatures by which a receiver knows who sent a request, and when. Pure.

Source: the Standard Webhooks specification 1.0. ``webhook-id`` stays the same when a request is
repeated, so that a receiver can leave out what it has; ``webhook-signature`` is ``v1,`` and the
base64 of HMAC-SHA256 over ``ID.TIMESTAMP.BODY``. To verify:

    signed = id + b"." + timestamp + b"." + body
    expected = base64.b64encode(hmac.new(secret, signed, "sha256").digest())
    any(hmac.compare_digest(b"v1," + expected, one) for one in header.split(b" "))

and refuse a timestamp that is more than five minutes from now: otherwise a recorded request can be
sent again for ever.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from connect.spi.errors import ConfigError

_PREFIX: Final = "whsec_"


def secret_bytes(text: str) -> bytes:
    """``whsec_`` and base64, or any other text as it stands.

    Raises:
        ConfigError: what follows ``whsec_`` is no base64.
    """
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ConfigError("a signing secret that begins with whsec_ goes on in base64") from error


def signature_headers(
    secrets: Sequence[bytes], id: str, timestamp_s: int, body: bytes
) -> dict[str, str]:
    """The three headers; one signature per secret, so that a secret can be replaced."""
    signed = b"%s.%d.%s" % (id.encode(), timestamp_s, body)
    signatures = [
        "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
        for secret in secrets
    ]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(signatures),
    }
