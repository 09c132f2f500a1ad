"""How a process that holds the links is told what to do: on its standard input.

A line of JSON per order, answered on standard output by one with the counts so far; the first of
those comes unasked, when all is ready. It ends with its input.
"""

import asyncio
import json
import sys
from asyncio import StreamReader
from typing import Any, Protocol


class Holder(Protocol):
    """Of the links. What an order does not speak of stays as it is: ``cut``, ``delay`` and
    ``commits`` say all of their kind, ``reset`` is about what is cut now."""

    def obey(self, order: dict[str, Any]) -> None: ...

    def counts(self) -> dict[str, int]: ...


async def take_orders(holder: Holder) -> None:
    """Until there are no more. Ends with what ``obey`` raises."""
    orders = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    tell(holder.counts())
    while line := await orders.readline():
        holder.obey(json.loads(line))
        tell(holder.counts())


def tell(answer: dict[str, Any]) -> None:
    """One with ``error`` says, in place of the first, that the links cannot be had."""
    print(json.dumps(answer), flush=True)
