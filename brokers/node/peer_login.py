"""A connection to another broker's internal listener, logged in as this one."""

import asyncio
from typing import TYPE_CHECKING, Final

from brokers.certificates.holder import broker_name
from brokers.client.peer_connection import ExpectedPeer, PeerConnection
from brokers.metadata.records import BrokerRecord
from brokers.node.authentication.broker_token import broker_token

if TYPE_CHECKING:
    from brokers.node.node import Node

CONNECT_SECONDS: Final = 2.0


async def connect_to(broker: BrokerRecord, node: "Node") -> PeerConnection:
    """Raises ``PeerUnreachable``, and ``TimeoutError`` after ``CONNECT_SECONDS``. Where there are
    certificates it must be that very broker which answers."""
    tls = node.config.mutual_tls
    expected = None
    if tls is not None:
        expected = ExpectedPeer(tls.client_context(), broker_name(broker.id))
    token = broker_token(
        node.config.broker_token_key,
        node.broker_id,
        node.incarnation,
        node.clock.now_ms() // 1000,
    )
    async with asyncio.timeout(CONNECT_SECONDS):
        return await PeerConnection.connect(
            broker.internal_host, broker.internal_port, token, expected
        )
