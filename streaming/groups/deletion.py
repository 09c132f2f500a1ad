"""Deleting groups: their offsets and everything that is remembered of them."""

import asyncio
from collections.abc import Iterable
from itertools import chain

from brokers.kernel.errors import Refusal
from brokers.wire.messages.delete_groups_request import DeleteGroupsRequest
from brokers.wire.registry import ApiKey
from streaming.groups.coordinator import PASSING, coordinators, following
from streaming.records.failures import refusal_of
from streaming.records.reader import Reader
from streaming.records.wire_request import WireRequest


async def delete_groups(reader: Reader, names: Iterable[str]) -> dict[str, Refusal]:
    """Delete groups; those that were refused, by name: NON_EMPTY_GROUP while it has members,
    GROUP_ID_NOT_FOUND, GROUP_AUTHORIZATION_FAILED.

    Raises ``BrokersUnavailable``, and ``Refusal`` when a coordinator could not be found in time.
    """
    left = list(dict.fromkeys(names))
    refused: dict[str, Refusal] = {}

    async def attempt() -> None:
        by_node = await coordinators(reader, left)
        answers = await asyncio.gather(
            *(_delete(reader, node, groups) for node, groups in by_node.items()),
            return_exceptions=True,
        )
        again = [answer for answer in answers if isinstance(answer, BaseException)]
        for name, code in chain.from_iterable(a for a in answers if isinstance(a, list)):
            refusal = refusal_of(code, f"group {name!r}") if code else None
            if refusal is not None and refusal.code in PASSING:
                again.append(refusal)
                continue
            # Not asked again: the second answer would be that there is no such group.
            left.remove(name)
            if refusal is not None:
                refused[name] = refusal
        if again:
            raise again[0]

    if left:
        await following(attempt)
    return refused


async def _delete(reader: Reader, node: int, names: list[str]) -> list[tuple[str, int]]:
    request = WireRequest(ApiKey.DELETE_GROUPS, DeleteGroupsRequest(names))
    answer = await reader.ask(node, request, "groups")
    return [(row.group_id, row.error_code) for row in answer.results]
