"""A client that sends what it is told to, well formed or not. Blocking, one socket."""

import base64
import hashlib
import hmac
import socket
import struct
import time
from typing import Any

import jwt

from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.headers import (
    RequestHeader,
    decode_response_header,
    encode_request_header,
)
from brokers.wire.messages.api_versions_request import ApiVersionsRequest
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from brokers.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from brokers.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.messages.sasl_handshake_request import SaslHandshakeRequest
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey
from tests.node.harness import EDGE_KEY

TIMEOUT_SECONDS = 30


def batch(
    *values: bytes, timestamp_ms: int | None = None, producer: tuple[int, int, int] | None = None
) -> bytes:
    """One record batch; ``producer`` is (id, epoch, base sequence)."""
    producer_id, epoch, sequence = producer or (-1, -1, -1)
    return build_batch(
        [NewRecord(None, value) for value in values],
        base_timestamp=int(time.time() * 1000) if timestamp_ms is None else timestamp_ms,
        producer_id=producer_id,
        producer_epoch=epoch,
        base_sequence=sequence,
    )


def edge_token(tenant_id: str, *, signed_by: Any = None, **claims: Any) -> bytes:
    """A SASL OAUTHBEARER message with a token as the edge signs them."""
    now = int(time.time())
    payload = {
        "iss": "headwater-edge", "aud": "headwater-internal", "iat": now, "exp": now + 60,
        "tenant": tenant_id, "sub": "User:someone", "scopes": ["read", "write"],
    } | claims  # fmt: skip
    token = jwt.encode(payload, signed_by or EDGE_KEY, algorithm="EdDSA")
    return f"n,,\x01auth=Bearer {token}\x01\x01".encode()


class RawClient:
    """Requests carry rising correlation ids; answers are checked to come in that order."""

    def __init__(
        self, port: int, *, receive_buffer: int | None = None, source: str | None = None
    ) -> None:
        """``source`` is an address of the loopback interface to come from."""
        self.socket = socket.socket()
        if source is not None:
            self.socket.bind((source, 0))
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT_SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self._sent = 0
        self._answered = 0

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # Bytes.

    def send_frame(self, frame: bytes) -> None:
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)

    def receive_frame(self) -> bytes:
        """Raises ``ConnectionError`` when the broker closes instead."""
        (size,) = struct.unpack(">i", self._receive(4))
        return self._receive(size)

    def _receive(self, size: int) -> bytes:
        parts = []
        while size:
            part = self.socket.recv(min(size, 1 << 20))
            if not part:
                raise ConnectionError("closed by the broker")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def is_closed_by_broker(self) -> bool:
        """Read until the end; False when something came instead or nothing did."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def read_to_the_end(self) -> None:
        """Take and drop what still comes until the broker closes.

        To close with answers unread would reset the connection, and a broker drops with it what it
        has not read yet. Raises ``OSError`` when it is reset or nothing comes in time.
        """
        while self.socket.recv(1 << 16):
            pass

    # Messages.

    def send(self, api_key: int, version: int, request: Any, client_id: str = "test") -> None:
        self._sent += 1
        header = encode_request_header(RequestHeader(api_key, version, self._sent, client_id))
        body = REQUESTS[api_key].encode(version, request)
        self.send_frame(header + b"".join(bytes(piece) for piece in body))

    def receive(self, api_key: int, version: int) -> Any:
        return self.receive_with_frame(api_key, version)[0]

    def receive_with_frame(self, api_key: int, version: int) -> tuple[Any, bytes]:
        """The response, and its bytes without the correlation id."""
        frame = self.receive_frame()
        correlation_id, position = decode_response_header(api_key, version, memoryview(frame))
        self._answered += 1
        assert correlation_id == self._answered, "answers must come in the order of requests"
        return RESPONSES[api_key].decode(version, memoryview(frame), position), frame[4:]

    def ask(self, api_key: int, version: int, request: Any) -> Any:
        self.send(api_key, version, request)
        return self.receive(api_key, version)

    def ask_for_bytes(self, api_key: int, version: int, request: Any) -> bytes:
        self.send(api_key, version, request)
        return self.receive_with_frame(api_key, version)[1]

    # Logging in.

    def handshake(self, mechanism: str, version: int = 1) -> Any:
        return self.ask(ApiKey.SASL_HANDSHAKE, version, SaslHandshakeRequest(mechanism))

    def authenticate(self, message: bytes, version: int = 1) -> Any:
        return self.ask(ApiKey.SASL_AUTHENTICATE, version, SaslAuthenticateRequest(message))

    def log_in(self, key: tuple[str, str]) -> "RawClient":
        assert self.handshake("PLAIN").error_code == 0
        answer = self.authenticate(b"\0" + "\0".join(key).encode())
        assert answer.error_code == 0, answer.error_message
        assert answer.auth_bytes == b""
        return self

    def log_in_as_edge(self, tenant_id: str, **claims: Any) -> Any:
        assert self.handshake("OAUTHBEARER").error_code == 0
        return self.authenticate(edge_token(tenant_id, **claims))

    def log_in_by_scram(self, hash_name: str, key: tuple[str, str]) -> Any:
        """The client's half of RFC 5802; returns the last answer, its signature checked."""
        key_id, secret = key
        assert self.handshake(f"SCRAM-SHA-{hash_name[3:]}").error_code == 0
        first_bare = f"n={key_id},r=clientnonce"
        answer = self.authenticate(f"n,,{first_bare}".encode())
        server_first = answer.auth_bytes.decode()
        fields = dict(field.split("=", 1) for field in server_first.split(","))
        salted = hashlib.pbkdf2_hmac(
            hash_name, secret.encode(), base64.b64decode(fields["s"]), int(fields["i"])
        )
        client_key = hmac.digest(salted, b"Client Key", hash_name)
        stored_key = hashlib.new(hash_name, client_key).digest()
        final = f"c=biws,r={fields['r']}"
        signed = f"{first_bare},{server_first},{final}".encode()
        signature = hmac.digest(stored_key, signed, hash_name)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        answer = self.authenticate(f"{final},p={base64.b64encode(proof).decode()}".encode())
        if answer.error_code == 0:
            server_key = hmac.digest(salted, b"Server Key", hash_name)
            expected = base64.b64encode(hmac.digest(server_key, signed, hash_name))
            assert answer.auth_bytes == b"v=" + expected
        return answer

    # Everyday requests, one topic and partition each.

    def api_versions(self, version: int = 0) -> Any:
        request = ApiVersionsRequest("test", "1")
        return self.ask(ApiKey.API_VERSIONS, version, request)

    def metadata(self, *names: str, version: int = 5, auto_create: bool = False) -> Any:
        topics = [MetadataRequestTopic(name=name) for name in names]
        request = MetadataRequest(topics or None, auto_create)
        return self.ask(ApiKey.METADATA, version, request)

    def produce_request(
        self, topic: str | bytes, records: bytes, *, acks: int = -1, partition: int = 0,
        timeout_ms: int = 5000,
    ) -> ProduceRequest:  # fmt: skip
        data = TopicProduceData(
            name=topic if isinstance(topic, str) else "",
            topic_id=topic if isinstance(topic, bytes) else bytes(16),
            partition_data=[PartitionProduceData(partition, memoryview(records))],
        )
        return ProduceRequest(acks=acks, timeout_ms=timeout_ms, topic_data=[data])

    def produce(
        self, topic: str | bytes, records: bytes, *, version: int = 9, **fields: Any
    ) -> Any:
        """The one row of the answer."""
        request = self.produce_request(topic, records, **fields)
        answer = self.ask(ApiKey.PRODUCE, version, request)
        return answer.responses[0].partition_responses[0]

    def fetch_request(
        self, topic: str | bytes, offset: int, *, partition: int = 0, max_wait_ms: int = 0,
        min_bytes: int = 1, max_bytes: int = 1 << 24, partition_max_bytes: int = 1 << 24,
        current_leader_epoch: int = -1, last_fetched_epoch: int = -1, replica_id: int = -1,
        isolation_level: int = 0, session_id: int = 0, session_epoch: int = -1,
    ) -> FetchRequest:  # fmt: skip
        wanted = FetchPartition(
            partition=partition,
            fetch_offset=offset,
            partition_max_bytes=partition_max_bytes,
            current_leader_epoch=current_leader_epoch,
            last_fetched_epoch=last_fetched_epoch,
        )
        asked = FetchTopic(
            topic=topic if isinstance(topic, str) else "",
            topic_id=topic if isinstance(topic, bytes) else bytes(16),
            partitions=[wanted],
        )
        return FetchRequest(
            replica_id=replica_id, max_wait_ms=max_wait_ms, min_bytes=min_bytes,
            max_bytes=max_bytes, isolation_level=isolation_level, session_id=session_id,
            session_epoch=session_epoch, topics=[asked],
        )  # fmt: skip

    def fetch(self, topic: str | bytes, offset: int, *, version: int = 12, **fields: Any) -> Any:
        """The one row of the answer."""
        answer = self.ask(ApiKey.FETCH, version, self.fetch_request(topic, offset, **fields))
        return answer.responses[0].partitions[0]

    def list_offset(
        self, topic: str, timestamp: int, *, version: int = 7, partition: int = 0, epoch: int = -1,
        isolation_level: int = 0,
    ) -> Any:  # fmt: skip
        """The one row of the answer."""
        wanted = ListOffsetsPartition(partition, epoch, timestamp)
        request = ListOffsetsRequest(-1, isolation_level, [ListOffsetsTopic(topic, [wanted])])
        return self.ask(ApiKey.LIST_OFFSETS, version, request).topics[0].partitions[0]
