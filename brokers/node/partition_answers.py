"""Answers about partitions, a row for each: what the image does not know is looked for once more,
and what this login may not ask is noted for the audit log."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from brokers.authorization.resource import Operation
from brokers.node.authorization import note_refused_topics
from brokers.node.partition_lookup import WORTH_CATCHING_UP
from brokers.node.session import RequestContext

if TYPE_CHECKING:
    from brokers.node.node import Node

R = TypeVar("R")


async def answer_surely(
    answer: Callable[[], R],
    codes: Callable[[R], Iterable[tuple[str, int]]],
    operation: Operation,
    context: RequestContext,
    node: "Node",
) -> R:
    """What ``answer`` comes to, again with the metadata caught up where the image may be behind;
    ``codes`` are the topics' names in it, with an error code of each row."""
    response = answer()
    if any(code in WORTH_CATCHING_UP for _, code in codes(response)):
        await node.catch_up()
        response = answer()
    note_refused_topics(context, node, operation, codes(response))
    return response
