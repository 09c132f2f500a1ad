"""Answers of strangers' HTTP servers, of which a task takes so many bytes into memory and no more.

A server may send without end, and a few bytes may unfold to gigabytes (RFC 9110, 8.4). So only gzip
is asked for, it is unpacked here piece by piece, and bytes are counted as they are sent and as they
are unpacked. How long an answer may take is the egress's to keep (``connect/runtime/egress.py``).
"""

import zlib
from collections.abc import Iterator
from typing import Final

import httpx

from connect.spi.errors import ConnectError

PIECE_BYTES: Final = 64 * 1024
"""Unpacked at a time."""
_GZIP: Final = 16 + zlib.MAX_WBITS
_PLAIN: Final = frozenset({"", "identity"})


class BoundedAnswers(httpx.BaseTransport):
    """A transport whose answers have at most ``bytes_max`` bytes: reading a longer one raises
    ``ConnectError``, which says ``advice``."""

    def __init__(self, inner: httpx.BaseTransport, bytes_max: int, advice: str) -> None:
        self._inner = inner
        self._bytes_max = bytes_max
        self._advice = advice

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = _asked(self._inner, request)
        return _with_body(answer, _Whole(answer, request, self._bytes_max, self._advice))

    def close(self) -> None:
        self._inner.close()


class CutAnswers(httpx.BaseTransport):
    """A transport whose answers end after ``bytes_max`` bytes, whatever else the server sends: for
    those of whose body only the beginning is of interest."""

    def __init__(self, inner: httpx.BaseTransport, bytes_max: int) -> None:
        self._inner = inner
        self._bytes_max = bytes_max

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = _asked(self._inner, request)
        return _with_body(answer, _Beginning(answer, request, self._bytes_max))

    def close(self) -> None:
        self._inner.close()


def _asked(inner: httpx.BaseTransport, request: httpx.Request) -> httpx.Response:
    request.headers["accept-encoding"] = "gzip"
    return inner.handle_request(request)


def _with_body(answer: httpx.Response, body: httpx.SyncByteStream) -> httpx.Response:
    """``body`` is unpacked, and nobody is to do it again."""
    headers = answer.headers.copy()
    for name in ("content-encoding", "content-length"):
        headers.pop(name, None)
    return httpx.Response(
        answer.status_code, headers=headers, stream=body, extensions=answer.extensions
    )


class _Whole(httpx.SyncByteStream):
    def __init__(
        self, answer: httpx.Response, request: httpx.Request, bytes_max: int, advice: str
    ) -> None:
        self._answer, self._host = answer, request.url.host
        self._bytes_max = bytes_max
        self._advice = advice

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for sent, piece in _pieces(self._answer, self._host):
            taken += len(piece)
            if max(sent, taken) > self._bytes_max:
                raise ConnectError(
                    f"{self._host} answers with more than {self._bytes_max} bytes: {self._advice}"
                )
            yield piece

    def close(self) -> None:
        self._answer.close()


class _Beginning(httpx.SyncByteStream):
    def __init__(self, answer: httpx.Response, request: httpx.Request, bytes_max: int) -> None:
        self._answer, self._host = answer, request.url.host
        self._bytes_max = bytes_max

    def __iter__(self) -> Iterator[bytes]:
        left = self._bytes_max
        for sent, piece in _pieces(self._answer, self._host):
            yield piece[:left]
            left -= len(piece)
            if left <= 0 or sent > self._bytes_max:
                # The connection is closed with what it still has to say.
                return

    def close(self) -> None:
        self._answer.close()


def _pieces(answer: httpx.Response, host: str) -> Iterator[tuple[int, bytes]]:
    """How many bytes were sent so far, and the next piece of the body, unpacked; some are empty.

    Raises ``ConnectError`` for what cannot be unpacked, and ``httpx.RemoteProtocolError`` for what
    is cut short."""
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    sent = 0
    if encoding in _PLAIN:
        for chunk in answer.iter_raw():
            sent += len(chunk)
            yield sent, chunk
        return
    if encoding != "gzip":
        raise ConnectError(f"{host} answers in {encoding!r}, which nobody asked for")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        for chunk in answer.iter_raw():
            sent += len(chunk)
            packed = chunk
            while packed:
                yield sent, unpacking.decompress(packed, PIECE_BYTES)
                packed = unpacking.unconsumed_tail
    except zlib.error as error:
        raise ConnectError(f"{host} answers with what is no gzip: {error}") from error
    if sent and not unpacking.eof:
        raise httpx.RemoteProtocolError(f"{host} hung up within its answer")
