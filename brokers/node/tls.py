"""TLS for whoever serves clients: 1.2 at least, and the certificate as its files are now."""

import logging
import ssl
from weakref import WeakKeyDictionary

from brokers.node.config import TlsFiles

log = logging.getLogger(__name__)

_FileState = tuple[int, int, int]
_asked_for: WeakKeyDictionary[ssl.SSLObject, str] = WeakKeyDictionary()
"""A server's side of a connection does not keep the name itself."""


class FollowedCertificate:
    """A server's TLS context whose certificate may be replaced while it serves.

    Each handshake looks at the files, which costs two ``stat`` calls, and takes what is there;
    connections that are open keep what they began with. Files that cannot be used (half written, or
    a key that belongs to another certificate) are named in the log and change nothing.
    """

    def __init__(self, files: TlsFiles) -> None:
        """Raises ``OSError`` or ``ssl.SSLError`` when there is nothing usable to begin with."""
        self._files = files
        self._seen = self._states()
        self._current = self._load()
        self.context = self._load()
        """What a listener is given. Its own certificate is for nobody: OpenSSL calls back for
        every ClientHello, one without a server name (RFC 6066) too."""
        self.context.sni_callback = self._choose

    def _choose(
        self, connection: ssl.SSLObject, server_name: str | None, _context: ssl.SSLContext
    ) -> None:
        if server_name is not None:
            _asked_for[connection] = server_name
        self._follow()
        connection.context = self._current

    def _follow(self) -> None:
        try:
            states = self._states()
            if states == self._seen:
                return
            self._seen = states
            self._current = self._load()
        except (OSError, ssl.SSLError) as error:
            log.error(
                "the certificate in %s cannot be used, the one before stays: %s",
                self._files.certificate,
                error,
            )
            return
        log.info("serving the certificate that is in %s now", self._files.certificate)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # RFC 8996 forbids what came before.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._files.certificate, self._files.key)
        return context

    def _states(self) -> list[_FileState]:
        found = [path.stat() for path in (self._files.certificate, self._files.key)]
        return [(each.st_ino, each.st_size, each.st_mtime_ns) for each in found]


def name_asked_for(connection: ssl.SSLObject | None) -> str | None:
    """The server name (SNI) that the client of this connection asked for, as it wrote it; None for
    none, and without TLS."""
    return None if connection is None else _asked_for.get(connection)
