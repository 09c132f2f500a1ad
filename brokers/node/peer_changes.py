"""The metadata's changes by way of other brokers, for one that is cut from the metadata store.

Such a broker is replaced within seconds and would not learn of it: clients that have no connection
but to it would be sent back to it for as long as the cut lasts.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, ChangeNumber
from brokers.metadata.records import BrokerRecord, Change, Kind
from brokers.node.peer_requests import PeerRequests
from brokers.node.ports import MetadataUnavailable
from brokers.wire.messages.metadata_changes_request import MetadataChangesRequest
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

ANSWER_SECONDS: Final = 2.5
"""A little more than the other gives its own store."""
VERSION: Final = 0


class PeerChanges:
    """``ChangeSource`` over the brokers that this one knows to live."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._peers = PeerRequests(node)
        self._answered: BrokerId | None = None
        """Who did so last; it is asked first."""

    async def changes_after(self, number: ChangeNumber, limit: int) -> Sequence[Change]:
        """As ``MetadataSource``; ``MetadataUnavailable`` when no other broker reaches the store."""
        request = MetadataChangesRequest(self._node.image.generation, number, limit)
        for broker in self._others():
            answer = await self._ask(broker, request)
            if answer is not None and answer.error_code == ErrorCode.NONE:
                self._answered = broker.id
                return [_change(each) for each in answer.changes]
        self._answered = None
        raise MetadataUnavailable("no other broker reaches the metadata store")

    def close(self) -> None:
        self._peers.close()

    def _others(self) -> list[BrokerRecord]:
        found = [
            broker
            for broker in self._node.image.brokers.values()
            if broker.id != self._node.broker_id and not broker.fenced
        ]
        return sorted(found, key=lambda broker: (broker.id != self._answered, broker.id))

    async def _ask(self, broker: BrokerRecord, request: MetadataChangesRequest) -> Any:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._peers.ask(broker, ApiKey.METADATA_CHANGES, VERSION, request)
        except (PeerUnreachable, TimeoutError):
            return None


def _change(told: Any) -> Change:
    payload = None if told.payload is None else json.loads(bytes(told.payload))
    return Change(ChangeNumber(told.number), Kind(told.kind), told.key, payload)
