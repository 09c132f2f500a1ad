"""What is not a request: every broken frame ends its own connection, and nothing else."""

import struct

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import FRAME_BYTES_MAX, FRAME_BYTES_MAX_UNAUTHENTICATED
from brokers.wire.messages.api_versions_request import ApiVersionsRequest
from brokers.wire.registry import REQUESTS, ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch


@pytest.fixture
def stranger(world):
    with RawClient(world.node.port) as client:
        yield client


@pytest.mark.parametrize("size", [-1, -(2**31), 2**31 - 1, FRAME_BYTES_MAX_UNAUTHENTICATED + 1])
def test_impossible_length_before_login_closes(stranger, size, caplog):
    stranger.socket.sendall(struct.pack(">i", size))
    assert stranger.is_closed_by_broker()
    wait_until(lambda: str(size) in caplog.text, "a log line that names the length")


def test_length_beyond_the_limit_closes_after_login(client):
    client.socket.sendall(struct.pack(">i", FRAME_BYTES_MAX + 1))
    assert client.is_closed_by_broker()


def test_announced_bytes_are_not_allocated(world):
    buffers = world.node.node._receive_buffers
    with world.connect() as client:
        client.socket.sendall(struct.pack(">i", FRAME_BYTES_MAX) + bytes(100))
        wait_until(lambda: buffers.lent_bytes(world.tenant.id) > 0, "the frame's first bytes")
        assert buffers.lent_bytes(world.tenant.id) <= 512 * 1024
    wait_until(lambda: buffers.lent_bytes(world.tenant.id) == 0, "giving the memory back")


BEFORE_LOGIN = {ApiKey.API_VERSIONS, ApiKey.SASL_HANDSHAKE, ApiKey.SASL_AUTHENTICATE}


@pytest.mark.parametrize("api_key", [*sorted({*REQUESTS} - BEFORE_LOGIN), 999])
def test_other_requests_before_login_close(world, api_key):
    """Every API that there is, in its first version and its last."""
    codec = REQUESTS.get(api_key)
    for version in (0, 1) if codec is None else (codec.min_version, codec.max_version):
        with RawClient(world.node.port) as stranger:
            stranger.send_frame(struct.pack(">hhih", api_key, version, 1, -1) + bytes(40))
            assert stranger.is_closed_by_broker()


@pytest.mark.parametrize(
    ("api_key", "version"), [(999, 0), (-1, 0), (ApiKey.METADATA, 99), (ApiKey.DESCRIBE_QUORUM, 0),
                             (ApiKey.PRODUCE, 2), (ApiKey.PRODUCE, 99), (ApiKey.FETCH, 3)],
)  # fmt: skip
def test_unknown_apis_and_versions_close(client, api_key, version):
    client.send_frame(struct.pack(">hhih", api_key, version, 1, -1) + bytes(40))
    assert client.is_closed_by_broker()


@pytest.mark.parametrize("frame", [b"", b"\0", b"\0\0\0\1\0\0\0\1", b"\0\1\0\4\0\0\0\1\x7f\xff"])
def test_truncated_headers_close(client, frame):
    client.send_frame(frame)
    assert client.is_closed_by_broker()


@pytest.mark.parametrize("api_key", [ApiKey.PRODUCE, ApiKey.FETCH, ApiKey.METADATA])
def test_truncated_bodies_close(client, api_key):
    client.send_frame(struct.pack(">hhih", api_key, 7, 1, -1) + b"\0\1")
    assert client.is_closed_by_broker()


def test_invalid_utf8_closes(client):
    body = struct.pack(">hhihi", ApiKey.METADATA, 1, 1, -1, 1) + b"\0\2\xff\xfe"
    client.send_frame(body)
    assert client.is_closed_by_broker()


def test_a_frame_may_come_byte_by_byte(client, topic):
    other = RawClient.__new__(RawClient)
    other.socket, other._sent, other._answered = client.socket, client._sent, client._answered
    sent = []
    other.send_frame = sent.append
    other.send(ApiKey.PRODUCE, 9, client.produce_request(topic.name, batch(b"slow")))
    for byte in struct.pack(">i", len(sent[0])) + sent[0]:
        client.socket.sendall(bytes([byte]))
    answer = other.receive(ApiKey.PRODUCE, 9)
    assert answer.responses[0].partition_responses[0].error_code == 0


def test_unknown_version_of_api_versions_is_answered_in_version_0(stranger):
    stranger.send_frame(struct.pack(">hhih", ApiKey.API_VERSIONS, 77, 1, -1) + b"\0")
    stranger._sent = 1
    answer = stranger.receive(ApiKey.API_VERSIONS, 0)
    assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
    versions = {row.api_key: (row.min_version, row.max_version) for row in answer.api_keys}
    assert versions[ApiKey.API_VERSIONS] == (0, 4)


@pytest.mark.parametrize("version", range(5))
def test_api_versions_is_the_table(stranger, version):
    answer = stranger.api_versions(version)
    versions = {row.api_key: (row.min_version, row.max_version) for row in answer.api_keys}
    assert versions[ApiKey.PRODUCE][0] == 0
    assert ApiKey.DESCRIBE_QUORUM not in versions
    # What only brokers ask is not there for clients, not even its versions.
    assert versions[ApiKey.ADD_PARTITIONS_TO_TXN] == (0, 3)
    assert ApiKey.WRITE_TXN_MARKERS not in versions


@pytest.mark.parametrize("version", range(5))
def test_features_are_told_to_whoever_can_read_them(stranger, version):
    answer = stranger.api_versions(version)
    supported = {
        each.name: (each.min_version, each.max_version) for each in answer.supported_features
    }
    finalised = {each.name: each.max_version_level for each in answer.finalized_features}
    if version < 3:
        assert (supported, finalised) == ({}, {})
        return
    assert finalised == {"transaction.version": 2}
    assert supported == {"transaction.version": (0 if version >= 4 else 1, 2)}
    assert answer.finalized_features_epoch >= 0


def test_a_client_must_name_itself_properly(stranger):
    request = ApiVersionsRequest("bad name!", "1")
    answer = stranger.ask(ApiKey.API_VERSIONS, 3, request)
    assert answer.error_code == ErrorCode.INVALID_REQUEST


def test_the_others_are_not_disturbed(world, topic, client):
    with RawClient(world.node.port) as bad:
        bad.socket.sendall(b"\xff" * 1000)
        assert bad.is_closed_by_broker()
    assert client.produce(topic.name, batch(b"fine")).error_code == 0
