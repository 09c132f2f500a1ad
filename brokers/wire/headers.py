"""What stands in front of every request and response body.

Formats: Apache Kafka protocol guide, "Headers"; KIP-482. Two exceptions that every implementation
has: ``client_id`` stays a classic nullable string in the flexible request header, and ApiVersions
is answered with the old response header in all versions, since its reader cannot know ours.
"""

from codecs import utf_8_decode
from struct import Struct
from typing import Final, NamedTuple

from brokers.kernel.errors import ProtocolError
from brokers.wire.primitives import DECODE_ERRORS, skip_tags
from brokers.wire.registry import ApiKey, is_flexible

_REQUEST: Final = Struct(">hhih")
_CORRELATION_ID: Final = Struct(">i")


class RequestHeader(NamedTuple):
    api_key: int
    api_version: int
    correlation_id: int
    client_id: str | None


def decode_request_header(frame: memoryview) -> tuple[RequestHeader, int]:
    """The header of one request frame, without its length prefix, and where its body starts.

    Raises ``ProtocolError`` when it is malformed. The API and its version may be unknown; whether a
    tag section follows is then a guess that does not matter, for the body cannot be read either.
    """
    try:
        api_key, version, correlation_id, length = _REQUEST.unpack_from(frame)
        position = _REQUEST.size
        client_id = None
        if length != -1:
            position += length
            if length < 0 or position > len(frame):
                raise ProtocolError(f"client id says {length} bytes, the frame has {len(frame)}")
            client_id, _ = utf_8_decode(frame[_REQUEST.size : position], None, True)
        if is_flexible(api_key, version):
            count = frame[position]
            position += 1
            if count:
                position = skip_tags(frame, position, count)
    except DECODE_ERRORS as error:
        raise ProtocolError(f"request header cannot be read: {error}") from error
    return RequestHeader._make((api_key, version, correlation_id, client_id)), position


def encode_request_header(header: RequestHeader) -> bytes:
    """The other way, without a length prefix. Raises ``ValueError`` for a client id too long."""
    name = b"" if header.client_id is None else header.client_id.encode()
    if len(name) > 0x7FFF:
        raise ValueError(f"a client id of {len(name)} bytes; at most {0x7FFF} are allowed")
    length = -1 if header.client_id is None else len(name)
    tags = b"\0" if is_flexible(header.api_key, header.api_version) else b""
    head = _REQUEST.pack(header.api_key, header.api_version, header.correlation_id, length)
    return head + name + tags


def encode_response_header(api_key: int, version: int, correlation_id: int) -> bytes:
    """4 bytes, and an empty tag section where the version has one."""
    head = _CORRELATION_ID.pack(correlation_id)
    return head + b"\0" if _has_tags(api_key, version) else head


def decode_response_header(api_key: int, version: int, frame: memoryview) -> tuple[int, int]:
    """(correlation id, where the body starts). Raises ``ProtocolError`` when malformed."""
    try:
        (correlation_id,) = _CORRELATION_ID.unpack_from(frame)
        position = _CORRELATION_ID.size
        if _has_tags(api_key, version):
            count = frame[position]
            position += 1
            if count:
                position = skip_tags(frame, position, count)
    except DECODE_ERRORS as error:
        raise ProtocolError(f"response header cannot be read: {error}") from error
    return correlation_id, position


def _has_tags(api_key: int, version: int) -> bool:
    return api_key != ApiKey.API_VERSIONS and is_flexible(api_key, version)
