"""Who waits for what a shard decides."""

import asyncio
from typing import Any, Protocol

from brokers.kernel.errors import Refusal


class Waiter(Protocol):
    """Whoever asked; told one of these, once."""

    def replied(self, result: Any) -> None: ...

    def refused(self, refusal: Refusal) -> None: ...


class FutureWaiter:
    """One that a coroutine awaits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future[Any] = loop.create_future()

    def replied(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def refused(self, refusal: Refusal) -> None:
        if not self.future.done():
            self.future.set_exception(refusal)
