"""MetadataChanges: what has changed in the metadata store, for a broker that cannot reach it.

Between brokers only. Nothing is answered out of this broker's image: it asks the store each time,
and what it cannot ask it does not answer.
"""

import json
from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import ChangeNumber
from brokers.metadata.records import Change
from brokers.node.ports import MetadataUnavailable
from brokers.node.session import RequestContext
from brokers.wire.messages.metadata_changes_request import MetadataChangesRequest
from brokers.wire.messages.metadata_changes_response import (
    MetadataChangesResponse,
    NumberedChange,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: MetadataChangesRequest, context: RequestContext, node: "Node"
) -> MetadataChangesResponse:
    if context.session.peer is None:
        return MetadataChangesResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED)
    try:
        changes = await node.metadata.changes_for_a_peer(
            request.generation, ChangeNumber(request.after), request.limit
        )
    except MetadataUnavailable:
        return MetadataChangesResponse(error_code=ErrorCode.BROKER_NOT_AVAILABLE)
    return MetadataChangesResponse(changes=[_told(change) for change in changes])


def _told(change: Change) -> NumberedChange:
    payload = None if change.payload is None else json.dumps(change.payload).encode()
    return NumberedChange(change.number, change.kind, change.key, payload)
