"""Which broker coordinates a group, and asking again while that changes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.registry import ApiKey
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.reader import ANSWER_SECONDS, RETRY_SECONDS, Reader
from streaming.records.wire_request import WireRequest

T = TypeVar("T")

GROUPS_PER_REQUEST: Final = 500
_GROUP: Final = 0
_BATCHED_SINCE_VERSION: Final = 4

PASSING: Final = frozenset(
    {
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.NOT_COORDINATOR,
    }
)
"""Answers of a coordinator that is loading, or has moved: ask again, perhaps elsewhere."""


async def following(attempt: Callable[[], Awaitable[T]]) -> T:
    """``attempt`` until no coordinator is on the move; for ``ANSWER_SECONDS`` at most.

    It finds the coordinator anew each time, and must be harmless to repeat. Raises what the last
    attempt raised.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    while True:
        try:
            return await attempt()
        except (Refusal, BrokersUnavailable) as failure:
            passes = not isinstance(failure, Refusal) or failure.code in PASSING
            if not passes or loop.time() > deadline:
                raise
        await asyncio.sleep(RETRY_SECONDS)


async def coordinators(reader: Reader, groups: Iterable[str]) -> dict[int, list[str]]:
    """The groups by the id of their coordinator. A group need not exist to have one.

    Raises ``Refusal`` (COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED among others) and
    ``BrokersUnavailable``.
    """
    names = list(dict.fromkeys(groups))
    found: dict[int, list[str]] = {}
    for first in range(0, len(names), GROUPS_PER_REQUEST):
        request = WireRequest(
            ApiKey.FIND_COORDINATOR,
            FindCoordinatorRequest(
                key_type=_GROUP, coordinator_keys=names[first : first + GROUPS_PER_REQUEST]
            ),
            min_version=_BATCHED_SINCE_VERSION,
        )
        answer = await reader.ask_any(request, "coordinators of groups")
        for row in answer.coordinators:
            if row.error_code:
                raise refusal_of(row.error_code, f"group {row.key!r}")
            found.setdefault(row.node_id, []).append(row.key)
    return found


async def coordinator_of(reader: Reader, group: str) -> int:
    """The id of the group's coordinator. Raises as ``coordinators`` does."""
    (node,) = await coordinators(reader, [group])
    return node
