"""Connections out of a connector's process: checked, and pinned to the address that was checked.

A name that is looked up once for the check and once for the connection can answer differently
(DNS rebinding). Here the connection goes to the very address that passed, while TLS still verifies
the host's name. Proxies of the environment are not used: one would do its own look-up.
"""

import errno
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpcore
import httpx

from connect.runtime.egress_policy import EgressPolicy, ends
from connect.runtime.egress_ports import DEFAULT, EgressPorts
from connect.spi.egress import Address
from connect.spi.errors import EgressRefused, RetriableError

CONNECTIONS_MAX: Final = 32
KEEPALIVE_SECONDS: Final = 30.0

Refused = Callable[[str, int], None]
"""Is told each host and port that were asked for and may not be reached, before that is raised."""
Lookup = Callable[[str, int], Sequence[str]]
"""``(host, port)`` to its addresses as text; raises OSError when there are none."""


class CheckedEgress:
    """The implementation of ``connect.spi.egress.Egress``.

    Args:
        policy: the operator's exceptions.
        lookup: the resolver; the system's unless a test brings its own.
        own: hosts of this deployment, wherever they are: like this machine's own addresses, they
            are refused unless the policy allows them.
        ports: what may be asked of addresses that are allowed, opened ones too.
        refused: who is to hear of refusals beside whoever asked.
    """

    def __init__(
        self,
        policy: EgressPolicy,
        lookup: Lookup | None = None,
        own: Iterable[str] = (),
        ports: EgressPorts = DEFAULT,
        refused: Refused | None = None,
    ) -> None:
        self._policy = policy
        self._ports = ports
        self._lookup = lookup or system_lookup
        self._refused = refused
        self._own = frozenset(end for ip in self._addresses_of(own) for end in ends(ip))

    def resolve(self, host: str, port: int) -> list[Address]:
        """The addresses of ``host`` that may be connected to, in the resolver's order.

        Raises:
            EgressRefused: the port is not allowed, or *any* of its addresses is not: a name with
                a public and a private address is an attempt, not a mistake.
            RetriableError: the host has no address now.
        """
        try:
            return self._checked(host, port)
        except EgressRefused:
            if self._refused is not None:
                self._refused(host, port)
            raise

    def _checked(self, host: str, port: int) -> list[Address]:
        if port not in self._ports:
            raise EgressRefused(
                f"connectors may not connect to port {port} of {host}; the operator can allow it "
                "with HEADWATER_CONNECT_PORTS"
            )
        name = host.strip("[]")
        try:
            found = list(dict.fromkeys(self._lookup(name, port)))
        except (OSError, UnicodeError, ValueError) as error:
            raise RetriableError(f"cannot find an address of {host!r}: {error}") from error
        if not found:
            raise RetriableError(f"cannot find an address of {host!r}")
        for ip in found:
            if what := self._policy.refusal(name, ip, own=self._is_own(ip)):
                raise EgressRefused(
                    f"connectors may not connect to {host}:{port}: {ip} is {what}; the operator "
                    "can allow its network or name with HEADWATER_CONNECT_ALLOW"
                )
        return [Address(ip, port) for ip in found]

    def _is_own(self, ip: str) -> bool:
        """Whether a connection to ``ip`` would end here, however the address is written."""
        return any(each in self._own or is_own(each) for each in (ip, *ends(ip)))

    def _addresses_of(self, hosts: Iterable[str]) -> Iterator[str]:
        for host in hosts:
            with suppress(OSError, UnicodeError, ValueError):
                yield from self._lookup(host, 0)

    def http_transport(self, ssl_context: ssl.SSLContext | None = None) -> httpx.BaseTransport:
        """A transport for ``httpx.Client(transport=..., trust_env=False)``.

        Every connection is resolved and checked anew, a redirect's too should the client follow
        them (httpx does not unless told).

        Args:
            ssl_context: verifies the host; the default trusts the bundled authorities.
        """
        return CheckedTransport(self, ssl_context or httpx.create_ssl_context(trust_env=False))


def system_lookup(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def is_own(ip: str) -> bool:
    """Whether ``ip`` is this machine's: only one's own address can be bound to."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with suppress(ValueError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, 0))
        except OSError as error:
            return error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL}
        return True
    return False


class _CheckedBackend(httpcore.NetworkBackend):
    """Where httpcore opens sockets: the one place that a host's name becomes a connection."""

    def __init__(self, egress: CheckedEgress) -> None:
        self._egress = egress
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        for address in self._egress.resolve(host, port):
            try:
                return TimedStream(
                    self._sockets.connect_tcp(
                        address.ip, address.port, timeout, local_address, socket_options
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError(f"no address of {host} answers")

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        raise EgressRefused("connectors may not connect to a local socket")


class TimedStream(httpcore.NetworkStream):
    """A connection on which the time-out for reading is for the whole answer, from the last byte of
    the request on: httpcore's own begins anew with each byte that a server sends."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._asked_at: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._asked_at is None:
            self._asked_at = time.monotonic()
        if timeout is None:
            return self._stream.read(max_bytes)
        left = timeout - (time.monotonic() - self._asked_at)
        if left <= 0:
            raise httpcore.ReadTimeout(f"the answer took longer than {timeout:g} s")
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._asked_at = None
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class CheckedTransport(httpx.BaseTransport):
    """httpx over a pool whose sockets ``_CheckedBackend`` opens."""

    def __init__(self, egress: CheckedEgress, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=CONNECTIONS_MAX,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=_CheckedBackend(egress),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # The name that TLS verifies is the URL's, whatever a caller's extension says.
        extensions = {k: v for k, v in request.extensions.items() if k != "sni_hostname"}
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=extensions,
        )
        with _httpx_errors(request):
            answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, request),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer = answer
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors(self._request):
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _httpx_errors(request: httpx.Request) -> Iterator[None]:
    """httpcore's errors as httpx's of the same name."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        same = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise same(str(error), request=request) from error
