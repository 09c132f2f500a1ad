"""All groups of a tenant."""

import asyncio

from brokers.wire.messages.list_groups_request import ListGroupsRequest
from brokers.wire.registry import ApiKey
from streaming.groups.coordinator import following
from streaming.groups.model import CLASSIC, ListedGroup
from streaming.records.failures import refusal_of
from streaming.records.reader import Reader
from streaming.records.wire_request import WireRequest

_STATES_SINCE_VERSION = 4


async def list_groups(reader: Reader) -> list[ListedGroup]:
    """The groups by name. Each broker knows those that it coordinates: while a coordinator is down
    and no other has taken over, its groups are missing, which nobody can tell from their absence.
    A broker that should answer and does not, or is loading, is waited for.

    Raises ``Refusal`` and ``BrokersUnavailable``.
    """

    async def attempt() -> list[ListedGroup]:
        nodes = await reader.brokers()
        lists = await asyncio.gather(*(_coordinated_by(reader, node) for node in nodes))
        return [group for groups in lists for group in groups]

    found = {group.name: group for group in await following(attempt)}
    return [found[name] for name in sorted(found)]


async def _coordinated_by(reader: Reader, node: int) -> list[ListedGroup]:
    request = WireRequest(
        ApiKey.LIST_GROUPS, ListGroupsRequest(), min_version=_STATES_SINCE_VERSION
    )
    answer = await reader.ask(node, request, f"groups of broker {node}")
    if answer.error_code:
        raise refusal_of(answer.error_code, f"groups of broker {node}")
    return [
        ListedGroup(
            name=row.group_id,
            # Brokers older than the types of groups have one type.
            group_type=row.group_type.lower() or CLASSIC,
            protocol_type=row.protocol_type,
            state=row.group_state,
        )
        for row in answer.groups
    ]
