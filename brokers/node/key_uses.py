"""When API keys were last used, told to the control plane now and then; nothing is decided by it.

A use is a connection that sent something. What the edge sends in a key's name it notes itself, with
the address of whoever asked it.
"""

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Final

from brokers.node.ports import KeyUse, MetadataUnavailable

if TYPE_CHECKING:
    from brokers.node.node import Node

INTERVAL_SECONDS: Final = 30.0


async def note_key_uses(node: "Node") -> None:
    """Tell of each interval once, until cancelled. What the store did not take is told with what
    comes next."""
    since = 0
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        uses, now = uses_since(node, since), node.external.now
        if not uses:
            continue
        try:
            await node.control.note_key_uses(uses)
        except MetadataUnavailable:
            continue
        since = now
        forget_ended(node, now)


def forget_ended(node: "Node", before: int) -> None:
    """What was heard before that has been told; seconds on the listener's clock."""
    for listener in node.for_clients:
        for key_id, (heard, _address) in list(listener.ended_uses.items()):
            if heard < before:
                del listener.ended_uses[key_id]


def uses_since(node: "Node", since: int) -> list[KeyUse]:
    """One per key that sent something from ``since`` on, seconds on the listener's clock; and per
    key whose connection has ended, however short it was, as long as that is not forgotten."""
    latest: dict[str, tuple[int, str]] = {}
    for listener in node.for_clients:
        for used, use in listener.ended_uses.items():
            latest[used] = max(latest.get(used, use), use)
    for connection in chain.from_iterable(each.connections for each in node.for_clients):
        key_id = None if connection.session is None else connection.session.credential_key
        if key_id is not None and connection.last_heard >= since:
            latest[key_id] = max(
                latest.get(key_id, (0, "")), (connection.last_heard, connection.address)
            )
    now_ms, now = node.clock.now_ms(), node.external.now
    return [
        KeyUse(key_id, now_ms - max(0, now - heard) * 1000, address)
        for key_id, (heard, address) in latest.items()
    ]
