"""How an object comes to be in S3: by one request, the last byte of which waits for its turn.

A store has an object only when it has all of the content that a request announced; one that is cut
short makes none. So several objects can be on their way while each comes to be after the one before
it. obstore, which does all else that is asked of a store, cannot hold a byte back: it takes content
whole, or in parts that do not fail where there is an object.

A request may be made again whatever became of the one before it: it makes no object where there is
one (``If-None-Match``). What is known of the object afterwards:

=====================================  =========================================  ==================
what happened                          what is known                              what is done
=====================================  =========================================  ==================
200 to the first request               it is there: the store says so             nothing more
412 to the first request               there is one: of a process before this,    the caller looks
                                       or somebody else's
412 after a request in doubt           there is one, most likely this             the caller looks
200 after a request in doubt           it was made; what the store still does     the caller looks
                                       about the request before nobody knows
cut before its last byte was sent      the store cannot have it                   asked for one,
                                                                                  else again
cut after that, or no answer in time   nothing                                    again, in doubt
500, 502, 503, 504, 408, 429           nothing: a store may fail after it has     again, in doubt
                                       taken all
200 with an error in its body          nothing                                    again, in doubt
409 ConditionalRequestConflict         another request is under way, and nobody   again, in doubt
                                       knows what becomes of it
403 RequestTimeTooSkewed               it was not taken                           again, by the
                                                                                  store's clock
401, 403, no bucket, expired keys      it was not taken                           ``ConnectError``
any other, as 404 NoSuchUpload         it was not taken, says the store           ``RetriableError``
=====================================  =========================================  ==================

Again is five times within a minute at most, then ``RetriableError``: the same comes again later,
and whoever calls knows that it is in doubt. To look at an object is to read all of it
(``standing.py``).
"""

import datetime as dt
import os
import random
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from connect.connectors.backoff import Backoff
from connect.connectors.objects import s3_connections
from connect.connectors.objects.digests import CRC32, SHA256, Digest, digest_of
from connect.connectors.objects.s3_answers import Answer, Outcome
from connect.connectors.objects.s3_connections import S3Connections
from connect.connectors.objects.s3_signing import UNSIGNED, Signer, encoded
from connect.connectors.objects.uploads import Turn
from connect.connectors.overdue import overdue
from connect.spi.egress import Egress
from connect.spi.errors import ConnectError, RetriableError

ATTEMPTS_MAX: Final = 5
ATTEMPTS_S: Final = 60.0
"""No attempt begins later after the first. A store that is away for longer is the task's to wait
for, which stays a member of its group meanwhile."""
BACKOFF: Final = Backoff(first_ms=200, most_ms=5_000)
ANSWER_BYTES_MAX: Final = 64 * 1024
ANSWER_S: Final = 120.0
"""For all of an answer: a byte now and then is no silence."""
CONTENT_TYPE: Final = "binary/octet-stream"
"""S3's own where a request says none. SeaweedFS (4.48) looks for it in the content then, takes no
notice when there is none to come any more, and makes an empty object of a request that ended with
its head."""
DIGEST: Final = "headwater-digest"
"""Metadata of an object: what its bytes come to (``digests.py``)."""
PIECE_BYTES: Final = 2**20
"""Of what goes through TLS, at a time."""


class Created(Enum):
    SURELY = "surely"
    """By the first request."""
    IN_DOUBT = "in doubt"
    """After others, of which nobody knows what the store makes: it is to be looked at."""
    NOT = "not"
    """There is one that may be another, or is gone again: it is to be looked for."""


@dataclass(slots=True)
class _Content:
    """An object to be: what is sent and what is told of it, all but when."""

    target: str
    file: BinaryIO
    size: int
    hashed: str
    told: Mapping[str, str]
    requests: int = 0
    """Begun so far: those on connections that were kept, and turned out to be none, too."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """An attempt that another may follow: after ``wait_s``, or as back-off says."""

    error: ConnectError
    wait_s: float | None = None


class _HungUp(ConnectionError):
    """The store took no more, and nothing is to be had of why."""


class S3Creation:
    """Of objects of one bucket, which is addressed by path. Called from several threads."""

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        signer: Signer,
        egress: Egress,
        *,
        signs_content: bool,
        is_there: Callable[[str], bool],
        stopping: Event,
        backoff: Backoff = BACKOFF,
    ) -> None:
        """
        Args:
            endpoint: a URL of http or https.
            is_there: whether the bucket has an object of that name. Raises ``ConnectError``.
            stopping: no further attempt begins once it is set.
        """
        self._base = f"{urlsplit(endpoint).path.rstrip('/')}/{encoded(bucket)}"
        self._connections = S3Connections(endpoint, egress)
        self._signer, self._signs_content = signer, signs_content
        self._is_there, self._stopping, self._backoff = is_there, stopping, backoff
        self._ahead = dt.timedelta()
        """How far the store's clock is before ours, as far as that matters."""

    def digest(self, file: BinaryIO, size: int) -> Digest:
        """What is told of an object of these bytes. Where they are hashed for the signature, it is
        by that."""
        return digest_of(file, size, SHA256 if self._signs_content else CRC32)

    def create(
        self, path: str, file: BinaryIO, size: int, metadata: Mapping[str, str], turn: Turn
    ) -> Created:
        """Put an object there unless there is one.

        ``file`` is one of the disk, and not empty. However large it is, little of it is in memory.

        Raises:
            RetriableError: the store could not do it, time after time; it may be there.
            ConnectError: it does not let us, or has no such bucket; and what ``turn`` raises.
        """
        condition = {"if-none-match": "*"}
        return self._put(path, self._content(path, file, size, metadata, condition), turn)

    def replace(
        self,
        path: str,
        file: BinaryIO,
        size: int,
        metadata: Mapping[str, str],
        turn: Turn,
        *,
        e_tag: str,
    ) -> Created:
        """As ``create``, but instead of the object that has this entity tag. ``NOT`` where that is
        another by now."""
        condition = {"if-match": e_tag}
        return self._put(path, self._content(path, file, size, metadata, condition), turn)

    def _put(self, path: str, content: _Content, turn: Turn) -> Created:
        last_at = time.monotonic() + ATTEMPTS_S
        attempt = 1
        while isinstance(done := self._attempt(path, content, turn, attempt), _Failed):
            if attempt == ATTEMPTS_MAX or not self._waits(done, attempt, last_at):
                raise done.error
            attempt += 1
        return done

    def close(self) -> None:
        self._connections.close()

    # Attempts.

    def _attempt(self, path: str, content: _Content, turn: Turn, attempt: int) -> Created | _Failed:
        """As ``create``, of one attempt; what may pass is not raised."""
        try:
            answer = self._answer(content, turn, attempt)
        except _HungUp as error:
            # It may know of an object, and hang up on all that it has not read.
            return Created.NOT if self._is_there(path) else _Failed(_trouble(error, path))
        except ssl.SSLCertVerificationError as error:
            raise _trouble(error, path) from error
        except (OSError, HTTPException) as error:
            return _Failed(_trouble(error, path))
        except RetriableError as error:
            return _Failed(error)  # No address now.
        return self._judged(answer, path, content)

    def _judged(self, answer: Answer, path: str, content: _Content) -> Created | _Failed:
        now = dt.datetime.now(dt.UTC)
        match answer.outcome:
            case Outcome.MADE:
                return Created.SURELY if content.requests == 1 else Created.IN_DOUBT
            case Outcome.IS_THERE:
                return Created.NOT
            case Outcome.LATER:
                return _Failed(answer.trouble(path), answer.wait_s(now))
            case Outcome.SKEWED if (ahead := answer.ahead(now)) is not None:
                self._ahead = ahead
                return _Failed(answer.trouble(path), 0.0)
        raise answer.trouble(path)

    def _waits(self, failed: _Failed, attempt: int, last_at: float) -> bool:
        """Whether there may be another attempt, which begins now."""
        seconds = failed.wait_s
        if seconds is None:
            seconds = self._backoff.delay_ms(attempt, random.random()) / 1000
        return time.monotonic() + seconds <= last_at and not self._stopping.wait(seconds)

    # Requests.

    def _content(
        self,
        path: str,
        file: BinaryIO,
        size: int,
        metadata: Mapping[str, str],
        condition: Mapping[str, str],
    ) -> _Content:
        digest = self.digest(file, size)
        hashed = digest.value if self._signs_content else UNSIGNED
        told = {
            "host": self._connections.host, "content-length": str(size),
            "content-type": CONTENT_TYPE, **condition,
            f"x-amz-meta-{DIGEST}": str(digest),
            **{f"x-amz-meta-{name}": value for name, value in metadata.items()},
        }  # fmt: skip
        return _Content(f"{self._base}/{encoded(path)}", file, size, hashed, told)

    def _answer(self, content: _Content, turn: Turn, attempt: int) -> Answer:
        """Signed anew for each attempt: a signature is good for a quarter of an hour."""
        now = dt.datetime.now(dt.UTC) + self._ahead
        headers = self._signer.signed("PUT", content.target, content.told, content.hashed, now)
        while (kept := self._connections.take_kept()) is not None:
            # The store may have hung up on it just now.
            with suppress(ConnectionError):
                return self._asked(kept, headers, content, turn)
        return self._asked(self._connections.opened(attempt - 1), headers, content, turn)

    def _asked(
        self, connection: HTTPConnection, headers: Mapping[str, str], content: _Content, turn: Turn
    ) -> Answer:
        content.requests += 1
        try:
            connection.sock.settimeout(s3_connections.SILENCE_S)
            connection.putrequest("PUT", content.target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            is_sent = _send(connection.sock, content, turn)
            with overdue(ANSWER_S, partial(_hang_up, connection.sock)):
                found = _answered(connection, is_sent)
                text = found.read(ANSWER_BYTES_MAX).decode(errors="replace")
            told = {name.lower(): value for name, value in found.getheaders()}
            is_kept = is_sent and found.isclosed() and not found.will_close
        except BaseException:
            connection.close()
            raise
        if is_kept:
            self._connections.keep(connection)
        else:
            connection.close()
        return Answer(found.status, told, text)


def _hang_up(connection: socket.socket) -> None:
    """Past TLS, which another thread is within."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _trouble(error: Exception, path: str) -> RetriableError:
    told = RetriableError(f"the store could not do it for {path!r}: {error!r}")
    told.__cause__ = error
    return told


def _send(to: socket.socket, content: _Content, turn: Turn) -> bool:
    """Whether the store has taken all of it: it may answer before, and hang up."""
    file, all_but_one = content.file, content.size - 1
    send = _send_by_pieces if isinstance(to, ssl.SSLSocket) else _send_uncopied
    try:
        send(to, file, all_but_one)
        turn()
        to.sendall(os.pread(file.fileno(), 1, all_but_one))
    except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        return False
    finally:
        to.settimeout(s3_connections.SILENCE_S)
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
