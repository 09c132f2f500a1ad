"""TLS 1.3 in which both sides show a certificate: the one place that makes its contexts.

A process has one ``MutualTls``. It looks at the ring for each connection that it makes or takes,
so an authority that was added or taken out counts from the next handshake on, and it issues itself
a new leaf long before the former ends. Connections that are open keep what they began with.
"""

import logging
import os
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import serialization

from brokers.certificates.authority import LEAF_SECONDS, Authority, Leaf
from brokers.certificates.holder import Holder, holder_of
from brokers.certificates.ring import ReadRing, Ring, RingUnreadable, issuing

log = logging.getLogger(__name__)

REISSUE_BEFORE_SECONDS: Final = LEAF_SECONDS * 2 // 3
"""So a leaf that somebody has just begun to use is good for most of a day."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a process shows and whom it trusts, as it is now."""

    ring: Ring
    leaf: Leaf
    issuer: Authority

    @property
    def authorities(self) -> bytes:
        """PEM of every authority that is trusted."""
        return b"".join(each.certificate for each in self.ring)


class MutualTls:
    """``holder`` is whose certificate is shown."""

    def __init__(
        self, holder: Holder, ring: ReadRing, now_s: Callable[[], float] = time.time
    ) -> None:
        """Raises ``RingUnreadable`` when there is nothing to begin with."""
        self._holder = holder
        self._ring = ring
        self._now_s = now_s
        self._current = self._issue(ring())
        self._client = _client_context(self._current)
        self._server: ssl.SSLContext | None = None
        self._listening: ssl.SSLContext | None = None

    def credentials(self) -> Credentials:
        """For a library that makes its own context, and keeps it: good for most of a day."""
        self._follow()
        return self._current

    def client_context(self) -> ssl.SSLContext:
        """For one connection; whoever uses it says whom it expects as ``server_hostname``."""
        self._follow()
        return self._client

    def lasting_client_context(self, expected: str) -> ssl.SSLContext:
        """For a library that keeps its context and gives it addresses: each connection begins with
        what is current, and wants ``expected`` wherever it leads."""
        return _Lasting(self.client_context, expected)

    def server_context(self) -> ssl.SSLContext:
        """What a listener is given for good. It asks here for every ClientHello."""
        if self._listening is None:
            self._listening = self._server = _server_context(self._current)
            self._listening.sni_callback = self._choose
        return self._listening

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _own: ssl.SSLContext) -> None:
        self._follow()
        assert self._server is not None
        connection.context = self._server

    def _follow(self) -> None:
        current, ring, now_s = self._current, self._ring_now(), self._now_s()
        is_due = now_s > current.leaf.ends_s - REISSUE_BEFORE_SECONDS
        if not is_due and ring == current.ring and issuing(ring, now_s) == current.issuer:
            return
        try:
            self._take(self._issue(ring))
        except OSError as error:  # ``ssl.SSLError`` is one.
            log.error("no certificate can be taken up, the one before stays: %s", error)
            return
        log.info("%s shows a certificate of %s now", self._holder, self._current.issuer.name)

    def _ring_now(self) -> Ring:
        try:
            return self._ring()
        except RingUnreadable as error:
            log.error("the authorities cannot be read, those before stay: %s", error)
            return self._current.ring

    def _take(self, issued: Credentials) -> None:
        client = _client_context(issued)
        server = None if self._listening is None else _server_context(issued)
        self._current, self._client, self._server = issued, client, server

    def _issue(self, ring: Ring) -> Credentials:
        now_s = self._now_s()
        authority = issuing(ring, now_s)
        return Credentials(ring, authority.issue(self._holder, now_s), authority)


class _Lasting(ssl.SSLContext):
    """asyncio and uvloop ask a context for nothing but ``wrap_bio``."""

    _current: Callable[[], ssl.SSLContext]
    _expected: str

    def __new__(cls, current: Callable[[], ssl.SSLContext], expected: str) -> "_Lasting":
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made._current, made._expected = current, expected
        return made

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self._current().wrap_bio(incoming, outgoing, server_hostname=self._expected)


def holder_in(certificate: Any) -> Holder | None:
    """Whom a verified certificate names, as ``ssl.SSLObject.getpeercert`` shows it; None for one of
    nobody that we know, and where there is none."""
    names = (certificate or {}).get("subjectAltName", ())
    if any(kind != "DNS" for kind, _ in names):
        return None
    return holder_of(name for _, name in names)


def _client_context(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # Verifies the chain and the name.
    _load(context, credentials)
    return context


def _server_context(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    # A session that is resumed would not be asked for its certificate again.
    context.num_tickets = 0
    _load(context, credentials)
    return context


def _load(context: ssl.SSLContext, credentials: Credentials) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=credentials.authorities.decode())
    _show(context, credentials.leaf)


def _show(context: ssl.SSLContext, leaf: Leaf) -> None:
    """``ssl`` takes a key out of a file only: it is written for a moment, and encrypted with what
    nobody is told."""
    password = os.urandom(32).hex().encode()
    key = serialization.load_pem_private_key(leaf.key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(leaf.certificate + key)
        file.flush()
        context.load_cert_chain(file.name, password=password)
