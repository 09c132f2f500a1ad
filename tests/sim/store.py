"""The metadata store of a simulated cluster: the cell in memory, called without an event loop."""

import uuid
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from brokers.metadata.records import Change
from tests.node.fakes import MemoryCell

T = TypeVar("T")


def now(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited for something")


class Store(MemoryCell):
    """Tells whoever listens that there are changes; what is told may come late or never."""

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[Callable[[], None]] = []
        self._ids = 0

    def new_id(self) -> uuid.UUID:
        """The same ones in each run of a seed."""
        self._ids += 1
        return uuid.UUID(int=self._ids << 64)

    def _publish(self, kind: Any, key: str, payload: dict | None) -> None:
        super()._publish(kind, key, payload)
        for listener in self.listeners:
            listener()

    def after_number(self, number: int) -> list[Change]:
        return self.changes[number:]
