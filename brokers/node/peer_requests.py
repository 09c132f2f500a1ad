"""Questions to other brokers that are not about following them: one connection to each, made when
it is needed and kept while it works.

Answers come in the order of the questions, so whoever must not wait for another kind of question
has a ``PeerRequests`` of its own.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from brokers.client.peer_connection import PeerConnection, PeerUnreachable
from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.records import BrokerRecord
from brokers.node.peer_login import connect_to
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

ANSWER_SECONDS: Final = 10.0
"""More than a coordinator or a leader waits for a commit, so that its own answer comes first."""


class PeerRequests:
    """Belongs to the event loop."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._connections: dict[BrokerId, _Connecting] = {}

    async def ask(self, broker: BrokerRecord, api_key: ApiKey, version: int, request: Any) -> Any:
        """The decoded answer. Raises ``PeerUnreachable`` when there is none; it is not known then
        whether the question has arrived."""
        connecting = self._connecting(broker)
        try:
            # Whoever gives up waiting must not take the connection from the others.
            connection = await asyncio.shield(connecting.task)
            async with asyncio.timeout(ANSWER_SECONDS):
                return await connection.ask(api_key, version, request)
        except (PeerUnreachable, TimeoutError) as error:
            connecting.end()
            reason = str(error) or "no answer in time"
            raise PeerUnreachable(f"broker {broker.id}: {reason}") from error

    def _connecting(self, broker: BrokerRecord) -> "_Connecting":
        found = self._connections.get(broker.id)
        if found is None or found.incarnation != broker.incarnation or found.has_ended:
            if found is not None:
                found.end()
            task = asyncio.ensure_future(connect_to(broker, self._node))
            found = self._connections[broker.id] = _Connecting(broker.incarnation, task)
        return found

    def close(self) -> None:
        """The broker stops: whoever waits is told that the connection has ended."""
        for connecting in self._connections.values():
            connecting.end()
            connecting.task.cancel()
        self._connections.clear()


@dataclass(slots=True)
class _Connecting:
    """A connection, or one that is being made."""

    incarnation: Incarnation
    task: asyncio.Task[PeerConnection]

    @property
    def has_ended(self) -> bool:
        task = self.task
        if not task.done():
            return False
        return task.cancelled() or task.exception() is not None or task.result().lost.done()

    def end(self) -> None:
        """Close it, as soon as it is made. Cancelled, it would take whoever waits for it along."""
        if self.task.done():
            _close(self.task)
        else:
            self.task.add_done_callback(_close)


def _close(task: asyncio.Task[PeerConnection]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
