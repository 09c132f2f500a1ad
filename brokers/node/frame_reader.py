"""Bytes of one connection to frames, each an int32 length and that many bytes (Kafka's framing).

A frame that arrived whole is handed out where it lies, in the buffer that all connections share;
only the rest of a read moves to a buffer of the connection's own, which grows with what really
arrives.
"""

from collections.abc import Callable
from struct import Struct

from brokers.kernel.errors import ProtocolError
from brokers.kernel.ids import TenantId
from brokers.kernel.limits import (
    FRAME_BYTES_MAX_UNAUTHENTICATED,
    RECEIVE_CHUNK_BYTES,
    RECEIVE_GROWTH,
)
from brokers.node.receive_buffers import ReceiveBuffers

_length_at = Struct(">i").unpack_from
_PREFIX_BYTES = 4
_api_key_at = Struct(">h").unpack_from
_API_KEY_BYTES = 2


class FrameReader:
    """Per read: ``room``, ``arrived``, ``next_frame`` until it is None or not wanted,
    ``settle``."""

    __slots__ = (
        "_buffers",
        "_end",
        "_lender",
        "_limit",
        "_own",
        "_start",
        "_view",
        "frame_bytes_max",
        "tenant",
    )  # fmt: skip

    def __init__(self, buffers: ReceiveBuffers) -> None:
        self.frame_bytes_max = FRAME_BYTES_MAX_UNAUTHENTICATED
        self.tenant: TenantId | None = None
        """Whose budget the next buffer is drawn from."""
        self._buffers = buffers
        self._own: memoryview | None = None
        self._lender: TenantId | None = None
        self._view = buffers.shared
        self._start = self._end = 0
        self._limit = len(buffers.shared)

    @property
    def is_empty(self) -> bool:
        """Nothing has arrived that was not handed out."""
        return self._start == self._end

    def room(self) -> memoryview:
        """Where the next bytes go; never empty."""
        if self._end >= self._limit:
            # They come although nobody asked (TLS has read ahead): they need a place all the same.
            self._move(self._buffers.take(2 * (self._end - self._start), self.tenant))
            self._limit = len(self._view)
        return self._view[self._end : self._limit] if self._end else self._view

    def arrived(self, count: int) -> None:
        self._end += count

    def next_frame(self) -> memoryview | None:
        """The next whole frame without its length, or None when the rest has not arrived.

        Valid until the connection reads again. Raises ``ProtocolError`` for an impossible length.
        """
        start = self._start + _PREFIX_BYTES
        if start > self._end:
            return None
        (size,) = _length_at(self._view, self._start)
        if not 0 <= size <= self.frame_bytes_max:
            raise ProtocolError(
                f"a frame of {size} bytes was announced, at most {self.frame_bytes_max} are taken"
            )
        stop = start + size
        if stop > self._end:
            return None
        self._start = stop
        return self._view[start:stop]

    def next_api_key(self) -> int | None:
        """What the next frame asks for; None when it has not arrived whole, or cannot be a
        request."""
        start = self._start + _PREFIX_BYTES
        if start + _API_KEY_BYTES > self._end:
            return None
        (size,) = _length_at(self._view, self._start)
        if size < _API_KEY_BYTES or start + size > self._end:
            return None
        (api_key,) = _api_key_at(self._view, start)
        return int(api_key)

    def settle(self, when_free: Callable[[], bool]) -> bool:
        """Keep what was not handed out, and make room for the rest of its first frame.

        False when memory for that is used up: do not read until ``when_free`` was called, and
        settle again then.
        """
        rest = self._end - self._start
        if rest == 0:
            self._release()
            return True
        whole = self._first_frame_bytes(rest)
        own = self._own
        if own is None or whole > len(own):
            least = max(rest, min(whole, max(rest * RECEIVE_GROWTH, RECEIVE_CHUNK_BYTES)))
            buffer = self._buffers.take_within_budget(
                least, max(rest, whole), self.tenant, when_free
            )
            if buffer is not None or own is None:
                self._move(buffer or self._buffers.take(rest, self.tenant))
            if buffer is None:
                self._limit = self._end
                return False
        elif self._start:
            own[:rest] = own[self._start : self._end]
            self._start, self._end = 0, rest
        # Not past the first frame's end: the next one then starts in the shared buffer again.
        self._limit = min(whole, len(self._view)) if whole > rest else len(self._view)
        return True

    def _first_frame_bytes(self, rest: int) -> int:
        if rest < _PREFIX_BYTES:
            return _PREFIX_BYTES
        (size,) = _length_at(self._view, self._start)
        return _PREFIX_BYTES + max(0, min(int(size), self.frame_bytes_max))

    def _move(self, buffer: memoryview) -> None:
        rest = self._end - self._start
        buffer[:rest] = self._view[self._start : self._end]
        self._release()
        self._own = self._view = buffer
        self._lender = self.tenant
        self._start, self._end = 0, rest

    def _release(self) -> None:
        own, self._own = self._own, None
        self._view = self._buffers.shared
        self._start = self._end = 0
        self._limit = len(self._view)
        if own is not None:
            self._buffers.give_back(own, self._lender)

    def close(self) -> None:
        """Give back what is held; nothing may be read any more."""
        self._release()
