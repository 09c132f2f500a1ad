"""How an object comes to be in S3: by one request, the last byte of which waits for its turn.

A store has an object only when it has all of the content that a request announced; one that is cut
short makes none. So several objects can be on their way while each comes to be after the one before
it. obstore, which does all else that is asked of a store, cannot hold a byte back: it takes content
whole, or in parts that do not fail where there is an object.
"""

import hashlib
import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from mmap import ACCESS_READ, mmap
from re import search
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from connect.connectors.objects.s3_signing import UNSIGNED, Signer, encoded
from connect.connectors.objects.uploads import Turn
from connect.spi.egress import Egress
from connect.spi.errors import ConnectError, RetriableError

CONNECT_S: Final = 10.0
SILENCE_S: Final = 60.0
"""How long a store may take nothing of what is sent, or give no answer."""
KEPT_S: Final = 15.0
"""How long a connection waits for its next object: stores hang up on those that wait for longer."""
ANSWER_BYTES_MAX: Final = 64 * 1024
MAPPED_BYTES: Final = 8 * 2**20
"""Of a file while it is hashed: the kernel's own pages, which count as the process's."""
PIECE_BYTES: Final = 2**20
"""Of what goes through TLS, at a time."""
_PORTS: Final = {"https": 443, "http": 80}
_IS_THERE: Final = {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT}
_NOT_ALLOWED: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: str


class _HungUp(ConnectionError):
    """The store took no more, and nothing is to be had of why."""


class S3Creation:
    """Of objects of one bucket, which is addressed by path. Called from several threads."""

    def __init__(
        self, endpoint: str, bucket: str, signer: Signer, egress: Egress, *, signs_content: bool
    ) -> None:
        """``endpoint`` is a URL of http or https."""
        parts = urlsplit(endpoint)
        usual = _PORTS[parts.scheme]
        self._name, self._port = parts.hostname or "", parts.port or usual
        name = f"[{self._name}]" if ":" in self._name else self._name
        self._host = name if self._port == usual else f"{name}:{self._port}"
        self._base = f"{parts.path.rstrip('/')}/{encoded(bucket)}"
        self._signer, self._egress, self._signs_content = signer, egress, signs_content
        # It trusts whom the system trusts, as obstore does.
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._kept: list[tuple[float, HTTPConnection]] = []
        self._lock = threading.Lock()

    def create(
        self, path: str, file: BinaryIO, size: int, metadata: Mapping[str, str], turn: Turn
    ) -> bool:
        """Whether there was none, and there is one now; where it did not, it is to be looked for. A
        store that knows of one may hang up on all that it has not read, and on its answer with it.

        ``file`` is one of the disk, and not empty. However large it is, little of it is in memory.

        Raises:
            RetriableError: the store could not do it.
            ConnectError: it does not let us, or has no such bucket; and what ``turn`` raises.
        """
        target = f"{self._base}/{encoded(path)}"
        try:
            answer = self._put(target, self._headers(target, file, size, metadata), file, turn)
        except _HungUp:
            return False
        except (OSError, HTTPException) as error:
            raise RetriableError(f"the store could not do it for {path!r}: {error!r}") from error
        if answer.status != HTTPStatus.OK and answer.status not in _IS_THERE:
            raise _trouble(answer, path)
        return answer.status == HTTPStatus.OK

    def close(self) -> None:
        """Connections that are in use are closed by whoever uses them."""
        with self._lock:
            kept, self._kept = self._kept, []
        for _, connection in kept:
            connection.close()

    def _headers(
        self, target: str, file: BinaryIO, size: int, metadata: Mapping[str, str]
    ) -> dict[str, str]:
        content = _hashed(file, size) if self._signs_content else UNSIGNED
        told = {
            "host": self._host, "content-length": str(size), "if-none-match": "*",
            **{f"x-amz-meta-{name}": value for name, value in metadata.items()},
        }  # fmt: skip
        return self._signer.signed("PUT", target, told, content, datetime.now(UTC))

    # Connections.

    def _put(self, target: str, headers: Mapping[str, str], file: BinaryIO, turn: Turn) -> _Answer:
        while (kept := self._take_kept()) is not None:
            # The store may have hung up on it just now.
            with suppress(ConnectionError):
                return self._asked(kept, target, headers, file, turn)
        return self._asked(self._connected(), target, headers, file, turn)

    def _take_kept(self) -> HTTPConnection | None:
        """One that the store has not hung up on."""
        while True:
            with self._lock:
                if not self._kept:
                    return None
                since, connection = self._kept.pop()
            is_fresh = time.monotonic() - since < KEPT_S
            if is_fresh and not _says_something(connection.sock):
                return connection
            connection.close()

    def _connected(self) -> HTTPConnection:
        address = self._egress.resolve(self._name, self._port)[0]
        opened = socket.create_connection((address.ip, address.port), CONNECT_S)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Of a socket that blocks, see ``_send_uncopied``: a ``timeval``.
        silence = struct.pack("ll", int(SILENCE_S), int(SILENCE_S % 1 * 1_000_000))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, silence)
        connection = HTTPConnection(self._name, self._port)
        try:
            if self._tls is not None:
                opened = self._tls.wrap_socket(opened, server_hostname=self._name)
        except BaseException:
            opened.close()
            raise
        connection.sock = opened
        connection.auto_open = 0
        return connection

    def _asked(
        self,
        connection: HTTPConnection,
        target: str,
        headers: Mapping[str, str],
        file: BinaryIO,
        turn: Turn,
    ) -> _Answer:
        try:
            connection.sock.settimeout(SILENCE_S)
            connection.putrequest("PUT", target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            is_sent = _send(connection.sock, file, int(headers["content-length"]), turn)
            found = _answered(connection, is_sent)
            answer = _Answer(found.status, found.read(ANSWER_BYTES_MAX).decode(errors="replace"))
            is_kept = is_sent and found.isclosed() and not found.will_close
        except BaseException:
            connection.close()
            raise
        if is_kept:
            with self._lock:
                self._kept.append((time.monotonic(), connection))
        else:
            connection.close()
        return answer


def _says_something(to: socket.socket) -> bool:
    """Of a connection on which nothing was asked: that it is no longer one."""
    poll = select.poll()
    poll.register(to, select.POLLIN)
    return bool(poll.poll(0))


def _hashed(file: BinaryIO, size: int) -> str:
    """By large pieces, for which Python's lock is not held."""
    found = hashlib.sha256()
    for start in range(0, size, MAPPED_BYTES):
        count = min(MAPPED_BYTES, size - start)
        with mmap(file.fileno(), count, access=ACCESS_READ, offset=start) as piece:
            found.update(piece)
    return found.hexdigest()


def _send(to: socket.socket, file: BinaryIO, size: int, turn: Turn) -> bool:
    """Whether the store has taken all of it: it may answer before, and hang up."""
    send = _send_by_pieces if isinstance(to, ssl.SSLSocket) else _send_uncopied
    try:
        send(to, file, size - 1)
        turn()
        to.sendall(os.pread(file.fileno(), 1, size - 1))
    except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        return False
    finally:
        to.settimeout(SILENCE_S)
    return True


def _send_uncopied(to: socket.socket, file: BinaryIO, count: int) -> None:
    """In one call to the kernel, mostly. With Python's time-out there is one for each time that a
    little more fits, and after each a wait for Python's lock; so it is the socket's own that
    counts."""
    to.settimeout(None)
    sent = 0
    while sent < count:
        taken = os.sendfile(to.fileno(), file.fileno(), sent, count - sent)
        if not taken:
            raise OSError("the file has become shorter")
        sent += taken


def _send_by_pieces(to: socket.socket, file: BinaryIO, count: int) -> None:
    for start in range(0, count, PIECE_BYTES):
        to.sendall(os.pread(file.fileno(), min(PIECE_BYTES, count - start), start))


def _answered(connection: HTTPConnection, is_sent: bool) -> HTTPResponse:
    try:
        return connection.getresponse()
    except (OSError, HTTPException) as error:
        if is_sent:
            raise
        raise _HungUp from error


def _trouble(answer: _Answer, path: str) -> ConnectError:
    found = search("<Code>([^<]+)</Code>", answer.text)
    why = f"{answer.status} {found[1] if found else answer.text[:200]}".strip()
    if answer.status in _NOT_ALLOWED:
        return ConnectError(f"the store does not let us at {path!r}: {why}")
    if found and found[1] == "NoSuchBucket":
        return ConnectError(f"there is no such bucket for {path!r}: {why}")
    return RetriableError(f"the store could not do it for {path!r}: {why}")
