"""One of the project's own messages in the shape that aiokafka sends.

aiokafka has old versions of many APIs and nothing of some (OffsetDelete, KIP-848). Its connections
ask a request for little: a version that the broker knows, bytes to write, and how to read the
answer. The generated codec gives that for every API.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from brokers.kernel.errors import HeadwaterError
from brokers.wire.headers import RequestHeader, decode_response_header, encode_request_header
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey


class UnsupportedByBroker(HeadwaterError):
    """The broker offers no version of that API that we can use; nothing was sent."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """``message``, in the newest version that both sides know between the two given."""

    api_key: ApiKey
    message: Any
    min_version: int = 0
    max_version: int = 2**15 - 1

    def prepare(self, versions: dict[int, tuple[int, int]]) -> "_Versioned":
        """What aiokafka calls before it writes; ``versions`` are the broker's, by API key."""
        codec = REQUESTS[self.api_key]
        lowest, highest = versions.get(self.api_key, (0, -1))
        version = min(highest, codec.max_version, self.max_version)
        if version < max(lowest, codec.min_version, self.min_version):
            raise UnsupportedByBroker(
                f"the broker offers {self.api_key.name} in no version that is known here"
            )
        return _Versioned(self.api_key, version, self.message)


@dataclass(frozen=True, slots=True)
class _Versioned:
    """A request whose version is settled, with aiokafka's names."""

    api_key: ApiKey
    version: int
    message: Any

    def build_request_header(self, correlation_id: int, client_id: str) -> "_Header":
        return _Header(RequestHeader(self.api_key, self.version, correlation_id, client_id))

    def encode(self) -> bytes:
        return b"".join(REQUESTS[self.api_key].encode(self.version, self.message))

    def parse_response_header(self, answer: BytesIO) -> "_ResponseHeader":
        correlation_id, position = decode_response_header(
            self.api_key, self.version, answer.getbuffer()
        )
        answer.seek(position)
        return _ResponseHeader(correlation_id)

    @property
    def RESPONSE_TYPE(self) -> "_ResponseReader":
        return _ResponseReader(self.api_key, self.version)


@dataclass(frozen=True, slots=True)
class _Header:
    header: RequestHeader

    def encode(self) -> bytes:
        return encode_request_header(self.header)


@dataclass(frozen=True, slots=True)
class _ResponseHeader:
    correlation_id: int


@dataclass(frozen=True, slots=True)
class _ResponseReader:
    api_key: ApiKey
    version: int

    def decode(self, answer: BytesIO) -> Any:
        """The message behind the header. Raises ``ProtocolError``, which ends the connection."""
        return RESPONSES[self.api_key].decode(self.version, answer.getbuffer(), answer.tell())
