"""HTTP Basic credentials (RFC 7617): an API key and its secret."""

import base64
import binascii

from streaming.access.errors import NotAuthenticated

_HEADER_CHARACTERS_MAX = 1024


def parse_basic(header: str) -> tuple[str, str]:
    """Key and secret of an ``Authorization`` header. Raises ``NotAuthenticated``."""
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic" or len(header) > _HEADER_CHARACTERS_MAX:
        raise NotAuthenticated(
            "Send an API key and its secret with HTTP Basic; other schemes are not taken."
        )
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise NotAuthenticated("The Authorization header is not base64 of KEY:SECRET.") from None
    key, separator, secret = decoded.partition(":")
    if not separator or "\0" in decoded:
        raise NotAuthenticated("The Authorization header is not base64 of KEY:SECRET.")
    return key, secret
