"""A response as the pieces of one gathered write."""

from struct import Struct
from typing import Final

from brokers.node.answers import Buffers

_head = Struct(">ii").pack
_length = Struct(">i").pack

JOIN_BYTES_MAX: Final = 16 * 1024
"""Below it one copy is cheaper than one more piece in the write."""

_CORRELATION_BYTES: Final = 4


def framed(correlation_id: int, body: Buffers, *, has_tags: bool) -> Buffers:
    """Length, response header and body; large pieces are not copied.

    ``has_tags``: the header is the flexible one (KIP-482), whose tag section is always empty here.
    """
    size = _CORRELATION_BYTES + has_tags
    for piece in body:
        size += len(piece)
    head = _head(size, correlation_id) + b"\0" if has_tags else _head(size, correlation_id)
    if size <= JOIN_BYTES_MAX:
        return [head + body[0]] if len(body) == 1 else [b"".join((head, *body))]
    return [head, *body]


def framed_token(token: bytes) -> Buffers:
    """A bare SASL token, which has no header."""
    return [_length(len(token)) + token]
