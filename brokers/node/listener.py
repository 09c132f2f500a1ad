"""One listening socket, its connections, and the caps on them.

The sweep looks at every connection each second or two, so that slow, silent and expired ones end
without a timer each.
"""

import asyncio
import logging
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable

from brokers.kernel.addresses import network_of
from brokers.kernel.ids import TenantId
from brokers.kernel.limits import (
    CONNECTIONS_MAX,
    LOGIN_SECONDS_MAX,
    LOGINS_PER_ADDRESS_MAX,
    UNSENT_BYTES_PER_TENANT_MAX,
)
from brokers.node.authentication.login import Mechanisms
from brokers.node.authorization import Rights
from brokers.node.config import ListenerConfig, ListenerName
from brokers.node.connection import Connection
from brokers.node.dispatch import Dispatcher
from brokers.node.entrance import Entrance, cluster_in
from brokers.node.metrics import Metrics
from brokers.node.quotas import Quotas, TooMany
from brokers.node.receive_buffers import ReceiveBuffers
from brokers.node.session import Session
from brokers.node.tls import name_asked_for

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2
"""A revoked key must be cut off within 5: at most 1 until the change is known, and this."""
_BACKLOG = 1024


class Listener:
    """Accepts, counts and ends connections; ``dispatcher`` says what their requests mean."""

    def __init__(
        self,
        config: ListenerConfig,
        dispatcher: Dispatcher,
        mechanisms: Mechanisms,
        *,
        receive_buffers: ReceiveBuffers,
        metrics: Metrics,
        fault: Callable[[Session], str | None],
        quotas: Quotas,
        name: ListenerName,
        tls: ssl.SSLContext | None,
    ) -> None:
        """``fault`` says why a session may not go on, None when it may."""
        self.dispatcher = dispatcher
        self.name = name
        self.is_internal = name is ListenerName.INTERNAL
        self.mechanisms = mechanisms
        self.receive_buffers = receive_buffers
        self.connections: set[Connection] = set()
        self.now = 0
        """Seconds on the loop's clock at the last sweep: what connections tell time by."""
        self.ended_uses: dict[str, tuple[int, str]] = {}
        """When and from where each API key was heard last by a connection that is gone; until that
        was told (``key_uses.py``)."""
        self.loop: asyncio.AbstractEventLoop
        self.port = config.port
        """The one that was bound, after ``bind``."""
        self._config = config
        self._tls = tls
        self.metrics = metrics
        self._fault = fault
        self._quotas = quotas
        self.somebody_waits = quotas.shares.hurry
        """Told when a connection is muted."""
        self._server: asyncio.Server | None = None
        self._socket: socket.socket
        self._logging_in: defaultdict[str, dict[Connection, None]] = defaultdict(dict)
        """Connections that have not logged in, by where they come from, oldest first."""
        self._unsent: defaultdict[TenantId | None, int] = defaultdict(int)

    def bind(self) -> None:
        """Take the port; whoever connects waits to be accepted, and is not refused. Raises
        ``OSError`` when another has it."""
        self.loop = asyncio.get_running_loop()
        self.now = int(self.loop.time())
        family = socket.AF_INET6 if ":" in self._config.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((self._config.host, self._config.port))
            self._socket.listen(_BACKLOG)
        except OSError:
            self._socket.close()
            raise
        self.port = self._socket.getsockname()[1]

    async def accept(self) -> None:
        """Serve whoever connects."""
        self._server = await self.loop.create_server(
            lambda: Connection(self),
            sock=self._socket,
            backlog=_BACKLOG,
            ssl=self._tls,
            ssl_handshake_timeout=None if self._tls is None else LOGIN_SECONDS_MAX,
        )

    # What connections tell.

    def entrance(self, transport: asyncio.BaseTransport) -> Entrance:
        """By what the client of a connection that has been made came in."""
        name = name_asked_for(transport.get_extra_info("ssl_object"))
        return Entrance(self.name, cluster_in(name, self._config.advertised_host))

    def opened(self, connection: Connection) -> bool:
        """False when there are too many: the connection was cut."""
        self.connections.add(connection)
        self._make_room_to_log_in(connection)
        self.metrics.connections += 1
        if len(self.connections) <= CONNECTIONS_MAX:
            return True
        self.metrics.connections_refused += 1
        connection.cut(f"{CONNECTIONS_MAX} connections are open already")
        return False

    def closed(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._not_logging_in(connection)
        self.metrics.connections -= 1
        if connection.session is not None:
            self.metrics.tenant(connection.session.tenant_id).connections -= 1
            self._remember_use(connection, connection.session.credential_key)
            lease = self._quotas.connections(connection.session)
            if lease is not None:
                lease.count -= 1

    def _remember_use(self, connection: Connection, key_id: str | None) -> None:
        if key_id is not None and not self.is_internal:
            heard = connection.last_heard
            if key_id not in self.ended_uses or self.ended_uses[key_id][0] <= heard:
                self.ended_uses[key_id] = heard, connection.address

    def logged_in(self, connection: Connection, session: Session, rights: Rights) -> TooMany | None:
        """Give the connection its session; or the reason why its tenant may have no more."""
        lease = self._quotas.connections(session)
        if lease is not None and not lease.has_room:
            self.metrics.connections_refused += 1
            return self._quotas.no_room(session)
        if lease is not None:
            lease.count += 1
        counter = self.metrics.tenant(session.tenant_id)
        counter.connections += 1
        counter.logins += 1
        connection.usage = counter.principal(session.principal)
        connection.logged_in(session, rights, counter.requests, self._quotas.charges(session))
        self._not_logging_in(connection)
        return None

    def held_back(self, connection: Connection, session: Session, correlation_id: int) -> None:
        """The connection was muted, by the quota that it has to wait for longest."""
        origin = self.dispatcher.origin_of(connection, correlation_id)
        self._quotas.exceeded(session, connection.charges.held_by, origin)

    def _make_room_to_log_in(self, connection: Connection) -> None:
        """Of the connections of one address that have not logged in, the oldest gives way: an
        honest one is through within milliseconds, so a flood is at its own expense."""
        from_there = self._logging_in[network_of(connection.address)]
        from_there[connection] = None
        if len(from_there) > LOGINS_PER_ADDRESS_MAX:
            oldest = next(iter(from_there))
            del from_there[oldest]
            self.metrics.connections_refused += 1
            oldest.cut(f"{LOGINS_PER_ADDRESS_MAX} connections from there have not logged in")

    def _not_logging_in(self, connection: Connection) -> None:
        network = network_of(connection.address)
        from_there = self._logging_in[network]
        from_there.pop(connection, None)
        if not from_there:
            del self._logging_in[network]

    def count_unsent(self, session: Session | None, change: int) -> None:
        if change:
            self._unsent[None if session is None else session.tenant_id] += change

    def takes_its_answers(self, tenant_id: TenantId) -> bool:
        """False while the tenant leaves so much unread that its fetches should stay small."""
        return self._unsent[tenant_id] < UNSENT_BYTES_PER_TENANT_MAX

    # What the node asks.

    async def sweep(self) -> None:
        """Look after every connection, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.now = int(self.loop.time())
            for connection in list(self.connections):
                reason = None if connection.session is None else self._fault(connection.session)
                if reason is None:
                    connection.check(self.now)
                else:
                    connection.cut(reason)

    def stop_accepting(self) -> None:
        """Close the socket; connections stay, and begin nothing more."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.drain()

    async def quieten(self, grace_s: float) -> None:
        """Wait until what is under way was answered and taken, for so long at most."""
        deadline = self.loop.time() + grace_s
        # Nobody is told when the operating system has taken the last bytes, so look now and then.
        while self.loop.time() < deadline and not all(c.is_quiet for c in self.connections):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def close_connections(self) -> None:
        """Close what is quiet, cut the rest."""
        for connection in list(self.connections):
            if connection.is_quiet:
                connection.finish()
            else:
                connection.cut("the broker stops")

    def close(self) -> None:
        """Let the port go and cut what is left."""
        if self._server is not None:
            self._server.close()
        self._socket.close()
        for connection in list(self.connections):
            connection.cut("the broker stops")
