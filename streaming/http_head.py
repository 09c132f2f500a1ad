"""What a request's head says of where the request ends, and of whose it is. Pure.

A proxy and this service must read the same bytes as the same requests: where they do not, a client
has what it wrote into one request taken for another (request smuggling). The parser refuses
lengths, chunks, line ends and folded lines that could be read in two ways; the rest is here.

Sources: RFC 9110, section 7.8 (Upgrade); RFC 9112, sections 2.3 and 3.2; RFC 6455, section 4.1.
"""

from collections.abc import Iterable, Sequence
from typing import Final

Header = tuple[bytes, bytes]
"""Name in lower case, value."""

_VERSIONS: Final = frozenset({"1.0", "1.1"})
_ONCE: Final = (b"host", b"authorization")
"""One reader takes the first of two, another the last."""
_BODIES: Final = frozenset({b"content-length", b"transfer-encoding"})


def is_ambiguous(version: str, headers: Iterable[Header]) -> bool:
    """Whether another reader may understand it otherwise: it is of a version that HTTP/1.1 is no
    answer to, or names two hosts or credentials, or no host where it has to."""
    names = [name for name, _value in headers]
    return (
        version not in _VERSIONS
        or any(names.count(name) > 1 for name in _ONCE)
        or (version == "1.1" and b"host" not in names)
    )


def may_open_websocket(method: bytes, version: str, headers: Iterable[Header]) -> bool:
    """Whether a request that asks for a websocket is one that can: with a body it cannot, since
    what follows its head is taken for frames."""
    has_body = any(name in _BODIES for name, _value in headers)
    return method == b"GET" and version == "1.1" and not has_body


def without_upgrade(method: bytes, target: bytes, version: str, headers: Sequence[Header]) -> bytes:
    """The same head as bytes, but for what it would have the connection become."""
    lines = [b"%s %s HTTP/%s" % (method, target, version.encode())]
    lines += [b"%s: %s" % header for header in headers if header[0] != b"upgrade"]
    return b"\r\n".join([*lines, b"", b""])
