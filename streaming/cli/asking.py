"""A command asks asynchronously: a leased ``Reader``, and an event loop to run its questions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from streaming.cell.instance import Instance
from streaming.records.clients import Clients
from streaming.records.connection import way_in
from streaming.records.failures import BrokersUnavailable
from streaming.records.identity import Identity
from streaming.records.reader import Reader
from tenants.cli.failures import CommandFailure, explain

T = TypeVar("T")


class Asker:
    """Runs a question to its end; connections are kept from one to the next."""

    def __init__(self, runner: asyncio.Runner, clients: Clients, identity: Identity) -> None:
        self._runner = runner
        self._clients = clients
        self._identity = identity

    def ask(self, question: Callable[[Reader], Awaitable[T]]) -> T:
        """What ``question`` gives, asked with a leased reader; raises what it raises."""

        async def leased() -> T:
            async with self._clients.reader(self._identity) as reader:
                return await question(reader)

        return self._runner.run(leased())


@contextmanager
def asking(instance: Instance, identity: Identity) -> Iterator[Asker]:
    """An ``Asker`` in the name of ``identity``."""
    # It repeats itself while a broker is away; what matters comes out as the command's failure.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    clients = Clients(way_in(instance))
    with asyncio.Runner() as runner:
        try:
            yield Asker(runner, clients, identity)
        finally:
            runner.run(clients.close())


@explain.register
def _(error: BrokersUnavailable) -> CommandFailure:
    return CommandFailure("TRANSPORT", f"{error}; `./headwater status` tells whether they run.")
