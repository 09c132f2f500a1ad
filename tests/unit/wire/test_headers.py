"""Request and response headers, against kafka-python's and by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.protocol.api_header import RequestHeader as TheirRequestHeader

from brokers.kernel.errors import ProtocolError
from brokers.wire.headers import (
    RequestHeader,
    decode_request_header,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)
from brokers.wire.registry import REQUESTS, ApiKey

BODY = b"\xaa\xbb"


@pytest.mark.parametrize("client_id", ["kcat", "", None, "Zürich"])
@pytest.mark.parametrize(
    ("api_key", "version"), [(ApiKey.PRODUCE, 7), (ApiKey.PRODUCE, 9), (ApiKey.SASL_HANDSHAKE, 1)]
)
def test_round_trip_and_oracle(api_key: ApiKey, version: int, client_id: str | None) -> None:
    header = RequestHeader(api_key, version, 77, client_id)
    encoded = encode_request_header(header)
    assert decode_request_header(memoryview(encoded + BODY)) == (header, len(encoded))
    flexible = version >= REQUESTS[api_key].flexible_from
    theirs = TheirRequestHeader(
        request_api_key=int(api_key),
        request_api_version=version,
        correlation_id=77,
        client_id=client_id,
    )
    assert theirs.encode(flexible=flexible) == encoded


def test_client_id_stays_classic_in_the_flexible_header() -> None:
    frame = memoryview(bytes.fromhex("0000 0009 00000001 0003") + b"abc" + b"\0" + BODY)
    header, position = decode_request_header(frame)
    assert header.client_id == "abc"
    assert frame[position:] == BODY


def test_tags_behind_the_client_id_are_skipped() -> None:
    frame = bytes.fromhex("0003 000c 00000001 ffff 02 00 01 ff 81 01 02 eeee") + BODY
    header, position = decode_request_header(memoryview(frame))
    assert header == RequestHeader(3, 12, 1, None)
    assert frame[position:] == BODY


def test_unknown_apis_and_versions_still_have_a_header() -> None:
    frame = bytes.fromhex("7fff 0005 00000009 ffff")
    assert decode_request_header(memoryview(frame))[0] == RequestHeader(0x7FFF, 5, 9, None)
    frame = bytes.fromhex("0012 00ff 00000009 ffff 00")
    assert decode_request_header(memoryview(frame))[0] == RequestHeader(18, 255, 9, None)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "0000 0007 000000",
        "0000 0007 00000001 0004 616263",
        "0000 0007 00000001 fffe",
        "0000 0007 00000001 0001 ff",
        "0000 0009 00000001 ffff",
        "0000 0009 00000001 ffff 01 00 7f",
        "0000 0009 00000001 ffff 02 00 00 00 00",
        "0000 0009 00000001 ffff ffffffffff",
    ],
)
def test_malformed_headers(frame: str) -> None:
    with pytest.raises(ProtocolError):
        decode_request_header(memoryview(bytes.fromhex(frame)))


@given(st.binary(max_size=64))
def test_any_bytes_are_a_header_or_a_protocol_error(frame: bytes) -> None:
    try:
        _, position = decode_request_header(memoryview(frame))
    except ProtocolError:
        return
    assert position <= len(frame)


@pytest.mark.parametrize(
    ("api_key", "version", "size"),
    [
        (ApiKey.PRODUCE, 8, 4),
        (ApiKey.PRODUCE, 9, 5),
        (ApiKey.SASL_HANDSHAKE, 1, 4),
        (ApiKey.API_VERSIONS, 4, 4),
    ],
)
def test_response_header(api_key: ApiKey, version: int, size: int) -> None:
    encoded = encode_response_header(api_key, version, -5)
    assert len(encoded) == size
    assert decode_response_header(api_key, version, memoryview(encoded + BODY)) == (-5, size)


@pytest.mark.parametrize("frame", [b"", b"\0\0\0", b"\0\0\0\x01", b"\0\0\0\x01\x01"])
def test_malformed_response_headers(frame: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_response_header(ApiKey.PRODUCE, 9, memoryview(frame))


def test_a_client_id_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="client id"):
        encode_request_header(RequestHeader(0, 9, 1, "x" * 40_000))
